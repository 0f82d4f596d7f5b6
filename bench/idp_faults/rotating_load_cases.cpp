// Load that goes on while the provider rotates its keys, kindly and unkindly.
#include "common/durations.hpp"
#include "harness/server_process.hpp"
#include "idp_faults/catalogue.hpp"
#include "idp_faults/judge.hpp"
#include "idp_faults/steady_load.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <deque>
#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

constexpr double per_second = 2000;
constexpr milliseconds period{2000};
constexpr milliseconds cooldown{1000};
constexpr std::size_t tokens_each = 50;
// From a fetch's arrival at the provider until its keys are in use.
constexpr milliseconds settle{250};

// The tokens of one key, and when it was to be had.
struct generation {
  std::vector<std::string> requests;
  core::steady_time published;
};

// What the load sends from and what came of it. A request is tagged with its generation.
struct rotating_load {
  std::deque<generation> keys;  // grows at its end only: requests are views of it
  bool with_previous = false;   // every other request by the key before
  std::uint64_t sent = 0;
  std::uint64_t good = 0;
  load::histogram latencies;
  std::vector<load::sample> bad;
  std::vector<seen_fetch> fetches;
  bool over = false;

  load::request next() {
    const auto number = sent++;
    const auto newest = keys.size() - 1;
    const bool before = with_previous && number % 2 == 1 && newest > 0;
    const auto which = before ? newest - 1 : newest;
    const auto& requests = keys[which].requests;
    return {requests[number / 2 % requests.size()], which};
  }
  void take(const load::sample& one) {
    latencies.add(one.latency());
    if (one.status == 200) {
      ++good;
    } else {
      bad.push_back(one);
    }
  }
};

async::task<> add_generation(issuer_process& keys, rotating_load& load,
                             core::steady_time published) {
  const token_options options{tokens_each, false, seconds{3600}};
  generation made;
  made.published = published;
  made.requests = co_await guarded_requests(keys, options);
  load.keys.push_back(std::move(made));
}

async::task<> send(test_env& env, server_process& asked, rotating_load& load,
                   core::steady_duration length) {
  load::open_loop_options options;
  options.per_second = per_second;
  options.length = length;
  options.connections = 64;
  std::function<load::request()> next = [&load] { return load.next(); };
  std::function<void(const load::sample&)> done = [&load](const load::sample& one) {
    load.take(one);
  };
  co_await send_steadily(env, asked.front(), options, std::move(next), std::move(done));
  load.over = true;
}

// Published a period before it signs, kept a period after it has signed last.
async::task<> rotate_kindly(test_env& env, issuer_process& keys, rotating_load& load) {
  while (!load.over) {
    co_await keys.rotate("publish");
    const auto published = clock::now();
    co_await env.sleep(period);
    if (load.over) co_return;
    const auto kids = co_await keys.rotate("sign");
    co_await add_generation(keys, load, published);
    // Of the one before the one before, no token is sent any more.
    if (kids.size() > 2) co_await keys.withdraw(kids.front());
  }
}

async::task<> rotate_unkindly(test_env& env, issuer_process& keys, rotating_load& load) {
  // By the clock: what it takes to make a key does not delay the next rotation.
  for (auto due = clock::now() + period;; due += period) {
    co_await env.sleep(due - clock::now());
    if (load.over) co_return;
    co_await keys.rotate("rotate");
    const auto published = clock::now();
    co_await add_generation(keys, load, published);
  }
}

// When the provider was asked, to within the time between two looks at its counter.
async::task<> watch_fetches(test_env& env, issuer_process& keys, rotating_load& load) {
  auto before = clock::now();
  auto count = co_await keys.fetches();
  while (!load.over) {
    co_await env.sleep(milliseconds{5});
    const auto asked_at = clock::now();
    const auto now_count = co_await keys.fetches();
    const auto now = clock::now();
    for (; count < now_count; ++count) load.fetches.push_back({before, now});
    before = asked_at;
  }
}

std::string told(const rotating_load& load, std::size_t refused) {
  return fmt::format(
      "{} requests, {} rotations, {} fetches: {} refused, {} without answer; p99 {:.1f} ms",
      load.good + load.bad.size(), load.keys.size() - 1, load.fetches.size(), refused,
      count_of(load.bad, 0), in_milliseconds(load.latencies.quantile(0.99)));
}

using rotating = async::task<> (*)(test_env&, issuer_process&, rotating_load&);

async::task<> run_load(test_env& env, issuer_process& keys, server_process& asked,
                       rotating_load& load, rotating how) {
  const core::steady_duration length = env.pick(seconds{60}, seconds{8});
  co_await add_generation(keys, load, clock::now());
  // The first load of keys counts as an attempt for the cool-down, and is none that was watched.
  co_await env.sleep(cooldown);
  std::vector<async::task<>> all;
  all.push_back(send(env, asked, load, length));
  all.push_back(how(env, keys, load));
  all.push_back(watch_fetches(env, keys, load));
  co_await load::when_all(env.home(), std::move(all));
}

async::task<row> kindly(test_env& env) {
  const auto keys = co_await issuer_process::start(env);
  server_options options;
  options.cache = {"max_age=1s", "shortest_max_age=1s", "longest_max_age=1s", "cooldown=1s",
                   "client_share=100"};
  const auto asked = co_await server_process::start_warm(env, *keys, options);
  rotating_load load;
  load.with_previous = true;
  co_await run_load(env, *keys, *asked, load, rotate_kindly);
  row result;
  result.required = fmt::format(
      "2,000 requests/s for {}, rotations one after the other, keys published 2 s before they sign "
      "and kept 2 s after, max-age 1 s: 0 refused",
      env.pick("60 s", "8 s"));
  result.measured = told(load, load.bad.size() - count_of(load.bad, 0));
  result.ok = load.bad.empty() && load.keys.size() > 2;
  co_return result;
}

async::task<row> unkindly(test_env& env) {
  const auto keys = co_await issuer_process::start(env);
  server_options options;
  // The renewals, each of which begins a cool-down, drift across the rotations.
  options.cache = {"max_age=3s", "shortest_max_age=3s", "longest_max_age=3s", "cooldown=1s",
                   "client_share=100"};
  const auto asked = co_await server_process::start_warm(env, *keys, options);
  rotating_load load;
  co_await run_load(env, *keys, *asked, load, rotate_unkindly);
  std::size_t wrong = 0;
  for (const auto& one : load.bad) {
    const refusal told_no{load.keys[one.tag].published, one.sent, one.answered};
    if (one.status != 401 || !rightly_refused(told_no, load.fetches, cooldown, settle)) ++wrong;
  }
  row result;
  result.required = fmt::format(
      "2,000 requests/s for {}, a rotation every 2 s, keys published when they begin to sign, "
      "cool-down 1 s, max-age 3 s: none refused while a fetch was permitted",
      env.pick("60 s", "8 s"));
  result.measured =
      told(load, load.bad.size() - count_of(load.bad, 0)) + fmt::format("; {} wrongly", wrong);
  result.ok = wrong == 0 && load.keys.size() > 2 && load.good > load.bad.size();
  co_return result;
}

}  // namespace

void add_rotating_load_cases(std::vector<fault_case>& all) {
  all.push_back({"rotating-load-a", kindly});
  all.push_back({"rotating-load-b", unkindly});
}

}  // namespace latchkey::bench::idp_faults
