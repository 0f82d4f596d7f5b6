// Many tokens with kids that nobody knows, beside one valid caller.
#include "common/durations.hpp"
#include "harness/server_process.hpp"
#include "idp_faults/catalogue.hpp"
#include "idp_faults/judge.hpp"
#include "idp_faults/steady_load.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr std::size_t unknown_kids = 1000;
constexpr double valid_per_second = 200;
constexpr unsigned max_tries = 3;
constexpr milliseconds cooldown{2000};

// A caller that sends the same requests in turn, and the responses to it.
struct caller {
  std::vector<std::string> requests;
  load_record record;
};

// A record of these requests only: what was recorded before is forgotten.
async::task<> call(test_env& env, server_process& asked, caller& by, double per_second,
                   core::steady_duration length) {
  load::open_loop_options options;
  options.per_second = per_second;
  options.length = length;
  options.connections = 8;
  by.record = {};
  co_await send_steadily(env, asked.front(), options, by.requests, by.record);
}

// One round: the caller alone, beside tokens of a known key that are refused, beside unknown kids.
struct round {
  core::steady_duration alone{};
  core::steady_duration beside_known{};
  core::steady_duration beside_unknown{};
  core::steady_duration attacked{};  // for how long
  std::uint64_t fetches = 0;
  std::string answers;
  bool right = true;  // every answer is what it should be

  bool tail_ok() const { return tail_holds(alone, beside_unknown); }
  double tail_ratio() const {
    return in_seconds(beside_unknown) / in_seconds(std::max(alone, core::steady_duration{1}));
  }
  bool fetches_ok() const { return fetches <= max_fetches(attacked, cooldown); }
};

struct setting {
  std::string fault;               // kind; empty: none
  std::vector<unsigned> refusals;  // what unknown kids may be told
};

async::task<> beside(test_env& env, server_process& asked, caller& valid, caller& others,
                     core::steady_duration length) {
  const auto per_second = static_cast<double>(unknown_kids) / in_seconds(length);
  std::vector<async::task<>> both;
  both.push_back(call(env, asked, valid, valid_per_second, length));
  both.push_back(call(env, asked, others, per_second, length));
  co_await load::when_all(env.home(), std::move(both));
}

bool all_are(const caller& by, const std::vector<unsigned>& statuses) {
  const auto& samples = by.record.samples;
  return !samples.empty() &&
         std::all_of(samples.begin(), samples.end(), [&](const load::sample& one) {
           return std::find(statuses.begin(), statuses.end(), one.status) != statuses.end();
         });
}

async::task<round> measure(test_env& env, issuer_process& keys, server_process& asked,
                           caller& valid, const setting& with) {
  const core::steady_duration length = env.pick(seconds{10}, seconds{3});
  round made;
  const token_options expired_tokens{200, false, seconds{-3600}};
  caller expired;
  expired.requests = co_await guarded_requests(keys, expired_tokens);
  const token_options unknown_tokens{unknown_kids, true, seconds{3600}};
  caller unknown;
  unknown.requests = co_await guarded_requests(keys, unknown_tokens);

  co_await call(env, asked, valid, valid_per_second, length);
  made.alone = valid.record.tail();
  made.right = all_are(valid, {200});
  co_await beside(env, asked, valid, expired, length);
  made.beside_known = valid.record.tail();
  made.right = made.right && all_are(valid, {200}) && all_are(expired, {401});

  if (!with.fault.empty()) co_await keys.fail(with.fault);
  const auto before = co_await keys.fetches();
  const auto begun = clock::now();
  co_await beside(env, asked, valid, unknown, length);
  made.fetches = co_await keys.fetches() - before;
  made.attacked = clock::now() - begun;
  made.beside_unknown = valid.record.tail();
  made.answers = statuses_of(unknown.record.samples);
  made.right = made.right && all_are(valid, {200}) && all_are(unknown, with.refusals);
  if (!with.fault.empty()) co_await keys.heal();
  co_return made;
}

async::task<row> attack(test_env& env, setting with) {
  const auto keys = co_await issuer_process::start(env);
  server_options options;
  options.cache = {"cooldown=2s", "backoff_first=2s", "client_share=100"};
  const auto asked = co_await server_process::start_warm(env, *keys, options);
  const token_options valid_tokens{200, false, seconds{3600}};
  caller valid;
  valid.requests = co_await guarded_requests(*keys, valid_tokens);

  round best;
  bool ok = false;
  unsigned tries = 0;
  for (bool bounded = true; bounded && !ok && tries < max_tries;) {
    ++tries;
    const auto one = co_await measure(env, *keys, *asked, valid, with);
    // Only the latency may be the machine's fault; it alone has further tries.
    bounded = one.right && one.fetches_ok();
    if (tries == 1 || !bounded || one.tail_ratio() < best.tail_ratio()) {
      best = one;
    }
    ok = bounded && one.tail_ok();
  }
  row result;
  result.required = fmt::format(
      "1,000 unknown kids: at most 1 + time/cool-down = {} fetches; the valid caller all 200, p99 "
      "at "
      "most twice what it is alone (best of {} tries)",
      max_fetches(best.attacked, cooldown), max_tries);
  result.measured = fmt::format(
      "{} fetches in {:.1f} s, cool-down 2 s; kids: {}; valid {}, p99 {:.2f} ms; alone {:.2f} ms, "
      "beside refused tokens of a known kid {:.2f} ms; try {}",
      best.fetches, in_seconds(best.attacked), best.answers, best.right ? "all 200" : "WRONG",
      in_milliseconds(best.beside_unknown), in_milliseconds(best.alone),
      in_milliseconds(best.beside_known), tries);
  result.ok = ok;
  co_return result;
}

async::task<row> healthy(test_env& env) {
  setting with;
  with.refusals = {401};
  return attack(env, std::move(with));
}

// A failed fetch tells nobody whether a kid exists: 503, and 401 before the first failure.
async::task<row> failing(test_env& env) {
  setting with{"error", {401, 503}};
  return attack(env, std::move(with));
}

async::task<row> empty(test_env& env) {
  setting with{"no-keys", {401, 503}};
  return attack(env, std::move(with));
}

}  // namespace

void add_unknown_kid_cases(std::vector<fault_case>& all) {
  all.push_back({"unknown-kids:healthy", healthy});
  all.push_back({"unknown-kids:failing", failing});
  all.push_back({"unknown-kids:empty", empty});
}

}  // namespace latchkey::bench::idp_faults
