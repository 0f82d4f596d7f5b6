// The takeover row: two addresses under load; one's program is killed, and started again.
#include "common/durations.hpp"
#include "edge/catalogue.hpp"
#include "edge/client.hpp"
#include "edge/pacing.hpp"
#include "edge/takeover.hpp"
#include "edge/upstreams.hpp"
#include "harness/free_port.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <csignal>
#include <memory>

namespace latchkey::bench::edge {
namespace {

constexpr std::size_t connections = 32;
constexpr milliseconds think_time{5};
constexpr seconds answer_timeout{10};
constexpr seconds within{1};

struct shared {
  load::target to;
  std::string token;
  std::uint64_t next_id = 0;
  bool over = false;
  std::vector<timed_request> all;
};

async::task<> ask_until_over(test_env& env, shared& all) {
  client over{env.waits(), all.to};
  while (!all.over) {
    env.check();
    const auto id = ++all.next_id;
    const auto request = fmt::format(
        "{} /{} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nAuthorization: Bearer "
        "{}\r\n\r\n",
        id % 2 == 0 ? "GET" : "POST", id, all.token);
    timed_request made;
    made.sent = clock::now();
    const core::deadline until{made.sent + answer_timeout};
    const auto got = co_await over.exchange(request, until);
    made.answered = clock::now();
    made.right = got.status == 200 && got.whole && carries(got.body, id);
    made.status = got.status;
    made.post = id % 2 != 0;
    all.all.push_back(made);
    co_await load::sleep_for(env.home(), think_time);
  }
}

struct course {
  core::steady_time killed;
  core::steady_time gone;
  std::unique_ptr<node_upstream> first;  // the one that is killed, then its successor
};

async::task<> kill_and_restart(test_env& env, course& made, shared& all) {
  co_await env.sleep(milliseconds{1'000});
  made.killed = clock::now();
  ::kill(made.first->process().pid(), SIGKILL);
  const core::deadline until{clock::now() + seconds{5}};
  const auto ended = co_await made.first->process().ended(until);
  if (!ended) throw std::runtime_error{"the upstream did not end"};
  made.gone = clock::now();
  co_await env.sleep(env.pick(milliseconds{3'000}, milliseconds{1'000}));
  upstream_options again;
  again.port = made.first->port();
  made.first.reset();
  made.first = co_await node_upstream::start(env, "counting", again);
  co_await env.sleep(env.pick(milliseconds{6'000}, milliseconds{2'500}));
  all.over = true;
}

// An exception must not leave the others asking for ever.
async::task<> run_course(test_env& env, course& made, shared& all) {
  try {
    co_await kill_and_restart(env, made, all);
  } catch (...) {
    all.over = true;
    throw;
  }
}

async::task<row> run_takeover(test_env& env, proxy which) {
  const auto keys = co_await issuer_process::start(env);
  course times;
  upstream_options first;
  first.port = free_port();
  times.first = co_await node_upstream::start(env, "counting", first);
  const auto second = co_await node_upstream::start(env, "counting", {});
  proxy_options options;
  options.upstreams = {times.first->port(), second->port()};
  options.upstream_lines = {R"(ejection = "1s")"};
  const auto front = co_await start_proxy(env, which, *keys, std::move(options));
  shared all;
  all.to = front.front;
  all.token = co_await keys->token();
  std::vector<async::task<>> running;
  running.push_back(run_course(env, times, all));
  for (std::size_t i = 0; i < connections; ++i) running.push_back(ask_until_over(env, all));
  co_await load::when_all(env.home(), std::move(running));
  const auto figures = figures_of(all.all, times.killed, times.gone);
  const auto seen = co_await times.first->report();
  const auto back = seen.at("gets").to_number<std::uint64_t>();
  row made;
  made.required =
      "two addresses under load, one killed and started again: only requests in flight on it fail, "
      "the others are right within 1 s, and it is used again";
  made.measured = fmt::format(
      "{} sent; failed: {} in flight, {} before, {} later; the slowest {:.0f} ms; {} to the one "
      "that came back",
      figures.sent, figures.failed_in_flight, figures.failed_before, figures.failed_later,
      in_milliseconds(figures.longest), back);
  if (figures.failed_later > 0) {
    made.measured += "; " + first_failed_later(all.all, times.gone);
  }
  made.ok = figures.sent > 0 && figures.failed_before == 0 && figures.failed_later == 0 &&
            figures.failed_in_flight <= connections && figures.longest <= within && back > 0;
  co_return made;
}

}  // namespace

void add_takeover(std::vector<fault_case>& all) {
  add_for_all(all, "takeover", run_takeover, true);
}

}  // namespace latchkey::bench::edge
