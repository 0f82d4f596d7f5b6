#include "client_faults/beside.hpp"

#include "client_faults/bad_clients.hpp"
#include "common/durations.hpp"
#include "harness/server_process.hpp"
#include "idp_faults/judge.hpp"
#include "idp_faults/steady_load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::client_faults {
namespace {

using harness::clock;
using harness::milliseconds;
using harness::seconds;
using harness::test_env;

constexpr double per_second = 20;
constexpr seconds drain{2};
constexpr seconds slack{1};
constexpr seconds exit_timeout{15};
constexpr seconds prepare_timeout{60};
constexpr milliseconds poll_interval{20};
constexpr unsigned max_tries = 3;

using samples = std::vector<load::sample>;

std::string tail_text(core::steady_duration tail) {
  return tail == core::steady_duration::max() ? "of no answers"
                                              : fmt::format("{:.1f} ms", in_milliseconds(tail));
}

// The well-behaved client: over four connections in turn, so that every worker is asked.
async::task<samples> behave(test_env& env, const load::target& to, const std::string& request,
                            core::steady_duration length) {
  load::open_loop_options options;
  options.per_second = per_second;
  options.length = length;
  options.connections = 4;
  options.timeout = seconds{2};
  const std::vector<std::string> requests{request};
  idp_faults::load_record made;
  co_await idp_faults::send_steadily(env, to, options, requests, made);
  co_return std::move(made.samples);
}

async::task<> await_prepared(test_env& env, bad_clients& all) {
  const auto until = clock::now() + prepare_timeout;
  while (!all.is_prepared()) {
    if (clock::now() > until) throw std::runtime_error{"the bad clients were not ready in time"};
    co_await env.sleep(poll_interval);
  }
}

std::size_t descriptors_of(const harness::child& program) {
  const auto count = program.open_descriptors();
  if (!count) throw std::runtime_error{"the server has ended by itself"};
  return *count;
}

// How many there are above that number: of this client's own, some may still be on their way out.
async::task<std::size_t> descriptors_above(test_env& env, const harness::child& program,
                                           std::size_t before) {
  const auto until = clock::now() + slack;
  for (;;) {
    const auto now = descriptors_of(program);
    if (now <= before) co_return std::size_t{0};
    if (clock::now() > until) co_return now - before;
    co_await env.sleep(poll_interval);
  }
}

// What came of the bad clients' own connections.
struct own_outcome {
  own_figures figures;
  std::size_t left = 0;  // descriptors more than before, where they tell
};

struct measured {
  core::steady_duration alone{};
  core::steady_duration beside{};
  samples answers;  // beside the bad clients
  unsigned tries = 0;
  bool held = false;
  own_outcome own;
  std::optional<int> status;
  core::steady_duration took{};  // to end
};

own_outcome outcome_of(const client_counters& done) {
  own_outcome made;
  made.figures.connections = done.connections;
  made.figures.answered = done.answered;
  made.figures.longest = milliseconds{done.longest_ms};
  return made;
}

async::task<> end_server(test_env& env, harness::server_process& asked, bad_clients& all,
                         measured& made) {
  all.prepare();
  co_await await_prepared(env, all);
  all.act();
  // It should be at work when it is told.
  co_await env.sleep(milliseconds{100});
  const auto begun = clock::now();
  asked.process().ask_to_end();
  const core::deadline until{begun + exit_timeout};
  made.status = co_await asked.process().ended(until);
  made.took = clock::now() - begun;
}

async::task<> measure(test_env& env, const fault& what, harness::server_process& asked,
                      std::string request, client_counters& done, measured& made) {
  const auto alone_for = env.pick(seconds{5}, seconds{2});
  const auto alone = co_await behave(env, asked.front(), request, alone_for);
  if (!all_right(alone)) {
    throw std::runtime_error{"alone, the client that behaves was told " +
                             idp_faults::statuses_of(alone)};
  }
  made.alone = tail_of(alone);
  const auto before = descriptors_of(asked.process());
  bad_clients all{what.clients, what.make, {asked.front().where.port(), env.quick(), &done}};
  const auto length = env.pick(seconds{10}, seconds{3});
  // Only a latency may be the machine's fault; it alone has further tries.
  for (bool again = true; again && made.tries < max_tries;) {
    if (made.tries++ != 0) all.prepare();
    co_await await_prepared(env, all);
    all.act();
    auto now = co_await behave(env, asked.front(), request, length);
    if (made.tries == 1) {
      made.own = outcome_of(done);
      if (what.by_descriptors) {
        made.own.left = co_await descriptors_above(env, asked.process(), before);
      }
    }
    const auto tail = tail_of(now);
    const bool right = all_right(now);
    if (made.tries == 1 || !right || tail < made.beside) {
      made.beside = tail;
      made.answers = std::move(now);
    }
    made.held = right && made.beside <= max_tail(made.alone);
    again = right && !made.held;
  }
  co_await end_server(env, asked, all, made);
}

std::string required_text(const fault& what) {
  return fmt::format(
      "{}: the client that behaves all 200, p99 at most twice what it is alone and {} ms (best of "
      "up to {} tries){}; SIGTERM: status 0 within drain {} s + {} s",
      what.what, noise.count(), max_tries, what.own_text.empty() ? "" : "; " + what.own_text,
      drain.count(), slack.count());
}

std::string measured_text(const fault& what, const measured& made, const client_counters& done) {
  auto text = fmt::format("{}; p99 {}, alone {} ({} {}); {} connections, {} ended by the server",
                          idp_faults::statuses_of(made.answers), tail_text(made.beside),
                          tail_text(made.alone), made.tries, made.tries == 1 ? "try" : "tries",
                          done.connections.load(), done.ended.load());
  if (done.messages > 0) text += fmt::format(", {} messages", done.messages.load());
  if (what.own.all_answered) {
    text +=
        fmt::format(", {} of {} answered", made.own.figures.answered, made.own.figures.connections);
  }
  if (what.by_descriptors) {
    text += fmt::format(", {} still open", made.own.left);
  } else if (what.own.longest) {
    text += fmt::format(", the longest {:.1f} s", in_seconds(made.own.figures.longest));
  }
  return text + fmt::format("; SIGTERM: status {} after {:.1f} s",
                            made.status ? std::to_string(*made.status) : "none",
                            in_seconds(made.took));
}

}  // namespace

async::task<idp_faults::row> run_beside(test_env& env, const fault& what) {
  const auto keys = co_await harness::issuer_process::start(env);
  harness::server_options options;
  options.settings = what.settings;
  options.settings.push_back(fmt::format("server.timeouts.drain={}s", drain.count()));
  const auto asked = co_await harness::server_process::start_warm(env, *keys, std::move(options));
  const auto token = co_await keys->token();
  auto request = harness::get_request(harness::guarded_path, token);
  client_counters done;
  measured made;
  co_await measure(env, what, *asked, std::move(request), done, made);
  idp_faults::row result;
  result.required = required_text(what);
  result.measured = measured_text(what, made, done);
  const bool own = own_hold(made.own.figures, what.own, what.clients) && made.own.left == 0;
  result.ok = made.held && own && made.status == 0 && made.took <= drain + slack;
  co_return result;
}

}  // namespace latchkey::bench::client_faults
