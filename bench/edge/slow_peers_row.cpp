// The slow-peers row: many clients that take an answer, or send a body, slowly, and what others
// feel of them.
#include "common/durations.hpp"
#include "compare/load_call.hpp"
#include "compare/programs.hpp"
#include "compare/testbed.hpp"
#include "edge/catalogue.hpp"
#include "edge/client.hpp"
#include "edge/upstreams.hpp"
#include "load/when_all.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>

namespace latchkey::bench::edge {
namespace {

constexpr unsigned max_tries = 3;
constexpr double most_times = 2;
constexpr double per_second = 200;
constexpr seconds step_time{1};
constexpr seconds connect_timeout{60};
// Enough that no limit of a server's for the least speed is reached.
constexpr std::size_t step_bytes = std::size_t{4} * 1024;
constexpr std::size_t asked_bytes = std::size_t{32} << 20;
constexpr std::size_t sent_bytes = std::size_t{1} << 20;
constexpr std::size_t handshakes_at_once = 32;

struct shared {
  load::target to;
  std::string token;
  bool over = false;
  std::size_t connecting = 0;
  std::size_t begun = 0;
  std::size_t ended = 0;  // by the server, before it was over
};

// Few at a time, so that it is not the handshakes that are slow.
async::task<bool> connect(test_env& env, client& over, shared& all) {
  while (all.connecting >= handshakes_at_once) co_await env.sleep(milliseconds{5});
  ++all.connecting;
  const core::deadline until{clock::now() + connect_timeout};
  const auto failed = co_await over.open(until);
  --all.connecting;
  co_return !failed;
}

async::task<> read_slowly(test_env& env, shared& all) {
  client over{env.waits(), all.to};
  bool going = co_await connect(env, over, all);
  const auto request =
      fmt::format("GET /source/{} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
                  asked_bytes, all.token);
  const core::deadline soon{clock::now() + connect_timeout};
  if (going) going = !co_await over.write(request, soon);
  ++all.begun;
  std::array<char, step_bytes> piece;
  while (going && !all.over) {
    const core::deadline until{clock::now() + step_time};
    const auto got = co_await over.read_some(piece, until);
    going = got.has_error() ? until.passed(clock::now()) : *got > 0;
    if (going && !until.passed(clock::now())) co_await load::sleep_until(env.home(), until.at());
  }
  if (!going) ++all.ended;
}

async::task<> write_slowly(test_env& env, shared& all) {
  client over{env.waits(), all.to};
  bool going = co_await connect(env, over, all);
  const auto request = fmt::format(
      "POST /sink HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\nAuthorization: Bearer "
      "{}\r\n\r\n",
      sent_bytes, all.token);
  const core::deadline soon{clock::now() + connect_timeout};
  if (going) going = !co_await over.write(request, soon);
  ++all.begun;
  const std::string piece(step_bytes, 'x');
  while (going && !all.over) {
    const auto next = clock::now() + step_time;
    const core::deadline until{next};
    going = over.is_open() && !co_await over.write(piece, until);
    if (going) co_await load::sleep_until(env.home(), next);
  }
  if (!going) ++all.ended;
}

struct bed {
  compare::core_plan cores;
  std::shared_ptr<issuer_process> keys;
  std::unique_ptr<plain_upstream> upstream;
  running_proxy front;
  std::filesystem::path tokens;
};

async::task<double> tail_of_others(test_env& env, const bed& on) {
  const compare::load_shape shape{env.pick(8.0, 2.0), 4, per_second};
  compare::load_call_options call{
      shape, fmt::format("https://127.0.0.1:{}/x", on.front.front.where.port()), on.tokens,
      env.certificate_file(), on.cores.load};
  const auto made = co_await compare::measure_load(env, std::move(call));
  if (const auto fault = compare::fault_of(made); !fault.empty()) throw std::runtime_error{fault};
  co_return made.p99;
}

struct tails {
  double alone = 0;
  double beside = 0;
  unsigned tries = 0;
};

async::task<> measure(test_env& env, const bed& on, shared& all, std::size_t of, tails& made) {
  const auto until = clock::now() + connect_timeout;
  while (all.begun < of) {
    if (clock::now() > until) throw std::runtime_error{"the slow clients could not all begin"};
    co_await env.sleep(milliseconds{20});
  }
  for (bool held = false; !held && made.tries < max_tries;) {
    ++made.tries;
    const auto tail = co_await tail_of_others(env, on);
    if (made.tries == 1 || tail < made.beside) made.beside = tail;
    held = made.beside <= most_times * made.alone;
  }
}

async::task<> measure_and_end(test_env& env, const bed& on, shared& all, std::size_t of,
                              tails& made) {
  try {
    co_await measure(env, on, all, of, made);
  } catch (...) {
    all.over = true;
    throw;
  }
  all.over = true;
}

async::task<bed> set_up(test_env& env, proxy which) {
  bed made;
  made.cores = compare::plan_cores(usable_cores());
  made.keys = co_await issuer_process::start(env);
  made.upstream = co_await plain_upstream::start(env, made.cores.load);
  proxy_options options;
  options.upstreams = {made.upstream->port()};
  options.upstream_lines = {"max_outstanding = 8192"};
  options.core = made.cores.server;
  made.front = co_await start_proxy(env, which, *made.keys, std::move(options));
  const auto token = co_await made.keys->token();
  made.tokens = env.write("token.txt", token + '\n');
  co_return made;
}

async::task<row> run_slow_peers(test_env& env, proxy which) {
  const auto on = co_await set_up(env, which);
  const auto each = env.pick<std::size_t>(1'000, 100);
  shared all;
  all.to = on.front.front;
  all.token = co_await on.keys->token();
  tails made;
  // The first is not counted: it warms up.
  co_await tail_of_others(env, on);
  made.alone = co_await tail_of_others(env, on);
  std::vector<async::task<>> running;
  for (std::size_t i = 0; i < each; ++i) {
    running.push_back(read_slowly(env, all));
    running.push_back(write_slowly(env, all));
  }
  running.push_back(measure_and_end(env, on, all, 2 * each, made));
  co_await load::when_all(env.home(), std::move(running));
  row result;
  result.required = fmt::format(
      "{} clients that read slowly and {} that write slowly: the 99th percentile of others at most "
      "twice what it is without them",
      each, each);
  result.measured = fmt::format(
      "{:.2f} ms alone, {:.2f} ms beside them{}; {} of them ended early", made.alone * 1e3,
      made.beside * 1e3, made.tries > 1 ? fmt::format(" (try {})", made.tries) : "", all.ended);
  result.ok = made.beside <= most_times * made.alone && all.ended == 0;
  co_return result;
}

}  // namespace

void add_slow_peers(std::vector<fault_case>& all) {
  add_for_all(all, "slow-peers", run_slow_peers, true);
}

}  // namespace latchkey::bench::edge
