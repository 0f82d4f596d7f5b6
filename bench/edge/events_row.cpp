// The events row: server-sent events, each read directly and through a proxy.
#include "common/durations.hpp"
#include "edge/catalogue.hpp"
#include "edge/client.hpp"
#include "edge/events.hpp"
#include "edge/upstreams.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>

namespace latchkey::bench::edge {
namespace {

constexpr std::uint64_t period_ms = 10;
constexpr milliseconds max_added{1};
constexpr unsigned max_tries = 3;

async::task<> read_events(test_env& env, load::target to, std::string token,
                          core::steady_duration length, event_reader& into) {
  client over{env.waits(), to};
  const core::deadline soon{clock::now() + seconds{5}};
  if (const auto error = co_await over.open(soon)) {
    throw std::runtime_error{"no connection: " + error.message()};
  }
  const auto request = fmt::format(
      "GET /events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
      "Authorization: Bearer {}\r\n\r\n",
      token);
  if (co_await over.write(request, soon)) throw std::runtime_error{"the request could not be sent"};
  const core::deadline until{clock::now() + length};
  std::array<char, 16 * 1024> piece;
  for (;;) {
    const auto got = co_await over.read_some(piece, until);
    if (got.has_error() || *got == 0) break;
    into.take({piece.data(), *got}, clock::now());
  }
  env.check();
}

async::task<added_latency> measure(test_env& env, const running_proxy& front,
                                   const node_upstream& upstream, std::string token,
                                   core::steady_duration length) {
  event_reader through;
  event_reader direct;
  std::vector<async::task<>> both;
  both.push_back(read_events(env, front.front, token, length, through));
  both.push_back(read_events(env, upstream.direct(), token, length, direct));
  co_await load::when_all(env.home(), std::move(both));
  co_return added_by(through.seen(), direct.seen());
}

async::task<row> run_events(test_env& env, proxy which) {
  const auto keys = co_await issuer_process::start(env);
  upstream_options with;
  with.number = period_ms;
  const auto upstream = co_await node_upstream::start(env, "events", with);
  proxy_options options;
  options.upstreams = {upstream->port()};
  const auto front = co_await start_proxy(env, which, *keys, std::move(options));
  const auto token = co_await keys->token();
  const auto length = env.pick(seconds{20}, seconds{3});
  // Most of what was sent, that none was held back.
  const auto least = static_cast<std::size_t>(length / milliseconds{period_ms}) * 8 / 10;
  row made;
  unsigned tries = 0;
  added_latency best;
  while (!made.ok && tries < max_tries) {
    ++tries;
    const auto seen = co_await measure(env, front, *upstream, token, length);
    if (tries == 1 || seen.tail < best.tail) best = seen;
    made.ok = seen.events >= least && seen.tail <= max_added;
  }
  made.required =
      fmt::format("server-sent events, one every {} ms: at most 1 ms added at 99 %", period_ms);
  made.measured = fmt::format("{} events; median {:.3f} ms, 99 % {:.3f} ms{}", best.events,
                              in_milliseconds(best.median), in_milliseconds(best.tail),
                              tries > 1 ? fmt::format(" (try {})", tries) : "");
  co_return made;
}

}  // namespace

void add_events(std::vector<fault_case>& all) {
  add_for_all(all, "events", run_events, true);
}

}  // namespace latchkey::bench::edge
