// Every fault that the provider can show, to a server that has good keys: it goes on with them
// until they are too old, says so then, and heals by itself.
#include "common/durations.hpp"
#include "harness/server_process.hpp"
#include "idp_faults/catalogue.hpp"
#include "idp_faults/judge.hpp"
#include "idp_faults/steady_load.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>
#include <issuer/fault_kind.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr milliseconds max_age{1000};
constexpr milliseconds total_timeout{2000};
constexpr milliseconds longest_backoff{1100};  // 1 s, moved by chance
constexpr milliseconds slack{500};
constexpr milliseconds before_fault{300};
constexpr milliseconds too_old_for{1500};  // how long 503 is looked at

using issuer::fault_kind;

bool needs_tls(const fault_kind& one) {
  return one.by() == issuer::shown_by::certificate;
}

// What the fault is made of beside its kind.
boost::json::object fault_of(const fault_kind& one) {
  boost::json::object fault;
  fault["kind"] = std::string{one.name};
  if (one.name == "slow") fault["delay_ms"] = 500;
  return fault;
}

struct timeline {
  load_record probes;
  fault_times times;
};

async::task<> show_fault(test_env& env, issuer_process& keys, const fault_kind& one,
                         core::steady_duration length, timeline& seen) {
  co_await env.sleep(before_fault);
  // Before the order, since it holds from some moment within it.
  seen.times.set = clock::now();
  co_await keys.fail(fault_of(one));
  seen.times.shown = clock::now();
  co_await env.sleep(length);
  co_await keys.heal();
  seen.times.healed = clock::now();
}

std::string required_of(const fault_kind& one, seconds max_stale, const fault_bounds& bounds) {
  if (one.harmless) return "200 all the time";
  if (one.withdraws) {
    return fmt::format("503 with Retry-After from the next fetch on, never 401; healed in {:.1f} s",
                       in_seconds(bounds.heal_within));
  }
  return fmt::format("200 until {} s old, then 503 with Retry-After, never 401; healed in {:.1f} s",
                     max_stale.count(), in_seconds(bounds.heal_within));
}

async::task<row> known_key_through(test_env& env, const fault_kind* kind) {
  const auto max_stale = env.pick(seconds{15}, seconds{4});
  issuer_options wanted;
  const auto& one = *kind;
  wanted.tls = needs_tls(one);
  const auto keys = co_await issuer_process::start(env, wanted);
  server_options options;
  options.cache = {"max_age=1s",
                   "shortest_max_age=1s",
                   "longest_max_age=1s",
                   "backoff_max=1s",
                   "cooldown=1s",
                   "total_timeout=2s",
                   "max_stale=" + std::to_string(max_stale.count()) + "s"};
  if (needs_tls(one)) options.ca_file = env.certificate_file().string();
  const auto asked = co_await server_process::start_warm(env, *keys, options);
  const auto token = co_await keys->token();
  const std::vector<std::string> requests{get_request(guarded_path, token)};

  fault_bounds bounds;
  bounds.harmless = one.harmless;
  // What is withdrawn is as good as too old once the fetch is made that a max-age brings.
  bounds.max_stale = one.withdraws ? core::steady_duration{max_age} : max_stale;
  bounds.newest_age = max_age + slack;
  bounds.heal_within = longest_backoff + slack;
  if (one.hangs) bounds.heal_within += total_timeout;
  bounds.slack = slack;
  const core::steady_duration shown = max_stale + too_old_for;
  timeline seen;
  std::vector<async::task<>> both;
  load::open_loop_options probing;
  probing.per_second = 20;
  probing.length = before_fault + shown + bounds.heal_within + slack;
  // Enough for those that wait for a fetch which hangs.
  probing.connections = 64;
  both.push_back(send_steadily(env, asked->front(), probing, requests, seen.probes));
  both.push_back(show_fault(env, *keys, one, shown, seen));
  co_await load::when_all(env.home(), std::move(both));
  auto& probes = seen.probes.samples;
  std::sort(probes.begin(), probes.end(),
            [](const load::sample& a, const load::sample& b) { return a.sent < b.sent; });
  const auto judged = judge_fault(probes, seen.times, bounds);
  const auto failures = asked->events("keys_fetch_failed");
  row result;
  result.required = required_of(one, max_stale, bounds);
  result.measured = judged.measured;
  if (!failures.empty()) {
    result.measured +=
        fmt::format("; \"{}\"", std::string_view{failures.front().at("error").as_string()});
  }
  // A fault that nobody met proves nothing.
  result.ok = judged.ok && (one.harmless || !failures.empty());
  co_return result;
}

}  // namespace

void add_fault_kind_cases(std::vector<fault_case>& all) {
  for (const auto& one : issuer::fault_kinds()) {
    fault_case made;
    made.name = "fault:" + std::string{one.name};
    made.run = [kind = &one](test_env& env) { return known_key_through(env, kind); };
    made.exclusive = false;
    all.push_back(std::move(made));
  }
}

}  // namespace latchkey::bench::idp_faults
