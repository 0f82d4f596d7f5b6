// One rotation, and many callers that come with the new key.
#include "harness/server_process.hpp"
#include "idp_faults/catalogue.hpp"
#include "idp_faults/judge.hpp"
#include "load/burst.hpp"

#include <fmt/format.h>

#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr seconds timeout{30};

async::task<row> rotation(test_env& env) {
  constexpr std::size_t count = 100;
  const auto keys = co_await issuer_process::start(env);
  server_options options;
  options.cache = {"cooldown=1s", "client_share=100"};
  const auto asked = co_await server_process::start_warm(env, *keys, options);
  load::burst over{env.waits(), asked->front(), count};
  const core::deadline until{clock::now() + timeout};
  co_await over.open(until);
  co_await env.sleep(milliseconds{1200});  // the cool-down since the first load
  const auto before = co_await keys->fetches();
  co_await keys->rotate("rotate");
  const token_options tokens_wanted{count, false, seconds{3600}};
  const auto requests = co_await guarded_requests(*keys, tokens_wanted);
  std::vector<std::string_view> views{requests.begin(), requests.end()};
  const auto samples = co_await over.send(std::move(views), timeout);
  const auto fetches = co_await keys->fetches() - before;
  row result;
  result.required = "100 tokens of the new key at once: 1 fetch, all 200";
  result.measured = fmt::format("{}; {} fetch(es)", statuses_of(samples), fetches);
  result.ok = count_of(samples, 200) == count && fetches == 1;
  co_return result;
}

}  // namespace

void add_rotation_cases(std::vector<fault_case>& all) {
  all.push_back({"rotation", rotation});
}

}  // namespace latchkey::bench::idp_faults
