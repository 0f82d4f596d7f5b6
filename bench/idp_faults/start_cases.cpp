// A server that has no keys yet, and one that is to end while it waits for them.
#include "common/durations.hpp"
#include "harness/server_process.hpp"
#include "idp_faults/catalogue.hpp"
#include "idp_faults/judge.hpp"
#include "load/burst.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace latchkey::bench::idp_faults {
namespace {

using load::sample;

constexpr seconds timeout{60};

boost::json::object held_back() {
  boost::json::object fault;
  fault["hold"] = true;
  return fault;
}

std::vector<std::string_view> views_of(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

async::task<std::vector<std::string>> valid_requests(issuer_process& keys, std::size_t count) {
  const token_options options{count, false, seconds{3600}};
  co_return co_await guarded_requests(keys, options);
}

// Until so many requests wait at the server for a fetch, as its metrics say.
async::task<> await_waiters(test_env& env, server_process& asked, std::size_t count) {
  const auto until = clock::now() + timeout;
  const std::string name = "latchkey_jwks_waiters{";
  for (;;) {
    const auto page = co_await env.ask(asked.admin(), "GET", "/metrics");
    const auto at = page.body.find("\n" + name);
    const auto value = at == page.body.npos ? at : page.body.find("} ", at);
    if (value != page.body.npos && std::stoul(page.body.substr(value + 2)) >= count) co_return;
    if (clock::now() > until) throw std::runtime_error{"too few requests came to wait"};
    co_await env.sleep(milliseconds{20});
  }
}

// One request over each connection, let go once all of them wait; `then` runs at that moment.
struct held_burst {
  std::vector<sample> samples;
  std::uint64_t fetches_held = 0;
};

async::task<> send_all(load::burst& over, std::vector<std::string_view> requests,
                       held_burst& made) {
  made.samples = co_await over.send(std::move(requests), timeout);
}

async::task<> let_go(test_env& env, issuer_process& keys, server_process& asked,
                     std::size_t waiting, held_burst& made) {
  co_await await_waiters(env, asked, waiting);
  made.fetches_held = co_await keys.fetches();
  co_await keys.heal();
}

async::task<row> cold(test_env& env) {
  constexpr std::size_t count = 1000;
  const auto keys = co_await issuer_process::start(env);
  const auto requests = co_await valid_requests(*keys, count);
  co_await keys->fail(held_back());
  server_options options;
  options.cache = {"total_timeout=60s", "client_share=100"};
  options.settings = {"server.timeouts.request=60s"};
  const auto asked = co_await server_process::start(env, *keys, options);
  load::burst over{env.waits(), asked->front(), count};
  const core::deadline until{clock::now() + timeout};
  co_await over.open(until);
  held_burst made;
  std::vector<async::task<>> both;
  both.push_back(send_all(over, views_of(requests), made));
  both.push_back(let_go(env, *keys, *asked, count, made));
  co_await load::when_all(env.home(), std::move(both));
  const auto fetches = co_await keys->fetches();
  row result;
  result.required = "1,000 valid tokens on own connections, the provider held: 1 fetch, all 200";
  result.measured = fmt::format("{} waiting, then {}; {} fetch(es)", made.samples.size(),
                                statuses_of(made.samples), fetches);
  result.ok = count_of(made.samples, 200) == count && fetches == 1 && made.fetches_held == 1;
  co_return result;
}

async::task<row> cold_outage(test_env& env) {
  const auto keys = co_await issuer_process::start(env);
  const auto token = co_await keys->token();
  co_await keys->fail("refuse");
  server_options options;
  options.cache = {"backoff_max=1s", "total_timeout=2s"};
  const auto asked = co_await server_process::start(env, *keys, options);
  const auto down = co_await asked->get(guarded_path, token);
  const auto bare = co_await asked->get(guarded_path, {});
  co_await env.sleep(seconds{2});
  const auto still = co_await asked->get(guarded_path, token);
  co_await keys->heal();
  const auto healed = clock::now();
  // One back-off, moved by chance, and what a fetch takes.
  constexpr milliseconds allowed{1'000 + 100 + 500};
  co_await asked->await_ready();
  const auto took = clock::now() - healed;
  const auto after = co_await asked->get(guarded_path, token);
  row result;
  result.required = "started in an outage: 503 with Retry-After, no token 401; heals in 1.6 s";
  result.measured = fmt::format("{} (Retry-After {}), {}, no token {}; {} after {:.1f} s",
                                down.status, down.retry_after.value_or(0), still.status,
                                bare.status, after.status, in_seconds(took));
  result.ok = down.status == 503 && down.retry_after.value_or(0) > 0 && still.status == 503 &&
              bare.status == 401 && after.status == 200 && took <= allowed;
  co_return result;
}

async::task<> end_meanwhile(test_env& env, server_process& asked, std::size_t waiting,
                            std::optional<int>& status, core::steady_duration& took) {
  co_await await_waiters(env, asked, waiting);
  const auto begun = clock::now();
  asked.process().ask_to_end();
  const core::deadline until{begun + timeout};
  status = co_await asked.process().ended(until);
  took = clock::now() - begun;
}

async::task<row> shutdown(test_env& env) {
  constexpr std::size_t count = 100;
  constexpr seconds drain{1};
  const auto keys = co_await issuer_process::start(env);
  const auto requests = co_await valid_requests(*keys, count);
  co_await keys->fail(held_back());
  server_options options;
  options.cache = {"total_timeout=60s"};
  options.settings = {"server.timeouts.drain=1s", "server.timeouts.request=60s"};
  const auto asked = co_await server_process::start(env, *keys, options);
  load::burst over{env.waits(), asked->front(), count};
  const core::deadline until{clock::now() + timeout};
  co_await over.open(until);
  held_burst made;
  std::optional<int> status;
  core::steady_duration took{};
  std::vector<async::task<>> both;
  both.push_back(send_all(over, views_of(requests), made));
  both.push_back(end_meanwhile(env, *asked, count, status, took));
  co_await load::when_all(env.home(), std::move(both));
  row result;
  result.required =
      "SIGTERM with a fetch in flight and 100 waiting: status 0 within drain 1 s + 1 s";
  result.measured = fmt::format("status {} after {:.1f} s; the 100: {}",
                                status ? std::to_string(*status) : "none", in_seconds(took),
                                statuses_of(made.samples));
  result.ok = status == 0 && took <= drain + seconds{1} && count_of(made.samples, 401) == 0;
  co_return result;
}

}  // namespace

void add_start_cases(std::vector<fault_case>& all) {
  all.push_back({"cold", cold});
  all.push_back({"cold-outage", cold_outage});
  all.push_back({"shutdown", shutdown});
}

}  // namespace latchkey::bench::idp_faults
