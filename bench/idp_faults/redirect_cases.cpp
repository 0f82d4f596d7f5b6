// A provider that sends the server elsewhere: it does not go.
#include "harness/server_process.hpp"
#include "idp_faults/catalogue.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr std::array<unsigned, 4> statuses{301, 302, 307, 308};
constexpr seconds timeout{15};

// Until the server has logged one more failed fetch with that status; false if it does not.
async::task<bool> refused_with(test_env& env, server_process& asked, unsigned status,
                               std::size_t from) {
  const auto until = clock::now() + timeout;
  while (clock::now() < until) {
    for (const auto& one : asked.events("keys_fetch_failed", from)) {
      const auto* seen = one.if_contains("status");
      if (seen != nullptr && seen->to_number<unsigned>() == status) co_return true;
    }
    co_await env.sleep(milliseconds{20});
  }
  co_return false;
}

// Good keys stand at the end of each: were it followed, nothing would fail.
async::task<row> redirects(test_env& env, std::string kind) {
  const auto keys = co_await issuer_process::start(env);
  const auto elsewhere = co_await issuer_process::start(env);
  server_options options;
  options.cache = {"max_age=1s", "shortest_max_age=1s", "longest_max_age=1s", "backoff_first=1s",
                   "backoff_max=1s"};
  const auto asked = co_await server_process::start_warm(env, *keys, options);
  const std::string metadata = "/.well-known/openid-configuration";
  const bool to_itself = kind == "redirect-self";
  unsigned not_followed = 0;
  for (const auto status : statuses) {
    boost::json::object fault;
    fault["kind"] = kind;
    fault["status"] = status;
    fault["location"] = to_itself ? keys->url() + metadata : elsewhere->jwks_uri();
    const auto from = asked->lines();
    co_await keys->fail(std::move(fault));
    const bool refused = co_await refused_with(env, *asked, status, from);
    if (refused) ++not_followed;
  }
  const auto at_itself = co_await keys->requests("GET " + metadata);
  const auto at_other = co_await elsewhere->fetches();
  row result;
  result.required = "301, 302, 307, 308: each a failed fetch, the target never asked";
  result.measured = fmt::format("{} of {} refused, target asked {} times", not_followed,
                                statuses.size(), at_itself + at_other);
  result.ok = not_followed == statuses.size() && at_itself + at_other == 0;
  co_return result;
}

}  // namespace

void add_redirect_cases(std::vector<fault_case>& all) {
  for (const std::string kind : {"self", "host", "http"}) {
    fault_case made;
    made.name = "redirects:" + kind;
    made.run = [kind](test_env& env) { return redirects(env, "redirect-" + kind); };
    made.exclusive = false;
    all.push_back(std::move(made));
  }
}

}  // namespace latchkey::bench::idp_faults
