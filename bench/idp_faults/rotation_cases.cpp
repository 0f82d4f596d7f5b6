// One rotation, and a crowd that comes with the new key.
#include "idp_faults/catalogue.hpp"
#include "idp_faults/judge.hpp"
#include "idp_faults/server.hpp"
#include "load/burst.hpp"

#include <fmt/format.h>

#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr seconds patience{30};

async::task<row> rotation(stage& on) {
  constexpr std::size_t count = 100;
  const auto keys = co_await provider::start(on);
  server_order order;
  order.cache = {"cooldown=1s", "client_share=100"};
  const auto asked = co_await server::start_warm(on, *keys, order);
  load::burst over{on.home(), on.timers(), asked->front(), count};
  const core::deadline until{clock::now() + patience};
  co_await over.open(until);
  co_await on.sleep(milliseconds{1200});  // the cool-down since the first load
  const auto before = co_await keys->fetches();
  co_await keys->rotate("rotate");
  const token_order tokens_wanted{count, false, seconds{3600}};
  auto requests = co_await keys->tokens(tokens_wanted);
  for (auto& one : requests) one = get_request(guarded_path, one);
  std::vector<std::string_view> views{requests.begin(), requests.end()};
  const auto samples = co_await over.send(std::move(views), patience);
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
