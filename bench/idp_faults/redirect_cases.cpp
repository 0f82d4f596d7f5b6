// A provider that sends the server elsewhere: it does not go.
#include "idp_faults/catalogue.hpp"
#include "idp_faults/server.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr std::array<unsigned, 4> statuses{301, 302, 307, 308};
constexpr seconds patience{15};

// Until the server has logged one more failed fetch with that status; false if it does not.
async::task<bool> refused_with(stage& on, server& asked, unsigned status, std::size_t from) {
  const auto until = clock::now() + patience;
  while (clock::now() < until) {
    for (const auto& one : asked.events("keys_fetch_failed", from)) {
      const auto* seen = one.if_contains("status");
      if (seen != nullptr && seen->to_number<unsigned>() == status) co_return true;
    }
    co_await on.sleep(milliseconds{20});
  }
  co_return false;
}

// Good keys stand at the end of each: were it followed, nothing would fail.
async::task<row> redirects(stage& on, std::string kind) {
  const auto keys = co_await provider::start(on);
  const auto elsewhere = co_await provider::start(on);
  server_order order;
  order.cache = {"max_age=1s", "shortest_max_age=1s", "longest_max_age=1s", "backoff_first=1s",
                 "backoff_max=1s"};
  const auto asked = co_await server::start_warm(on, *keys, order);
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
    const bool refused = co_await refused_with(on, *asked, status, from);
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
    made.run = [kind](stage& on) { return redirects(on, "redirect-" + kind); };
    made.alone = false;
    all.push_back(std::move(made));
  }
}

}  // namespace latchkey::bench::idp_faults
