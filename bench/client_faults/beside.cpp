#include "client_faults/beside.hpp"

#include "client_faults/bad_clients.hpp"
#include "idp_faults/judge.hpp"
#include "idp_faults/server.hpp"
#include "load/open_loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::client_faults {
namespace {

using idp_faults::clock;
using idp_faults::milliseconds;
using idp_faults::seconds;
using idp_faults::stage;

constexpr double per_second = 20;
constexpr seconds drain{2};
constexpr seconds slack{1};
constexpr seconds patience_with_end{15};
constexpr seconds patience_with_them{60};
constexpr milliseconds look_again{20};
constexpr unsigned most_tries = 3;

using samples = std::vector<load::sample>;

double in_milliseconds(core::steady_duration length) {
  return std::chrono::duration<double, std::milli>{length}.count();
}

std::string tail_text(core::steady_duration tail) {
  return tail == core::steady_duration::max() ? "of no answers"
                                              : fmt::format("{:.1f} ms", in_milliseconds(tail));
}

// The well-behaved client: over four connections in turn, so that every worker is asked.
async::task<> behave(stage& on, load::target to, std::string request, core::steady_duration length,
                     samples& made) {
  load::open_loop_order order;
  order.per_second = per_second;
  order.length = length;
  order.connections = 4;
  order.timeout = seconds{2};
  order.stop = [&on] { return on.stopping(); };
  std::function<load::request()> next = [&request] { return load::request{request, 0}; };
  std::function<void(const load::sample&)> done = [&made](const load::sample& one) {
    made.push_back(one);
  };
  co_await load::open_loop(on.home(), on.timers(), std::move(to), std::move(order), std::move(next),
                           std::move(done));
  on.check();
}

async::task<> await_prepared(stage& on, bad_clients& all) {
  const auto until = clock::now() + patience_with_them;
  while (!all.is_prepared()) {
    if (clock::now() > until) throw std::runtime_error{"the bad clients were not ready in time"};
    co_await on.sleep(look_again);
  }
}

std::size_t descriptors_of(int pid) {
  const std::filesystem::directory_iterator all{fmt::format("/proc/{}/fd", pid)};
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// How many there are above that number: of this client's own, some may still be on their way out.
async::task<std::size_t> descriptors_above(stage& on, int pid, std::size_t before) {
  const auto until = clock::now() + slack;
  for (;;) {
    const auto now = descriptors_of(pid);
    if (now <= before) co_return std::size_t{0};
    if (clock::now() > until) co_return now - before;
    co_await on.sleep(look_again);
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

own_outcome outcome_of(const deeds& done) {
  own_outcome made;
  made.figures.connections = done.connections;
  made.figures.answered = done.answered;
  made.figures.longest = milliseconds{done.longest_ms};
  return made;
}

async::task<> end_server(stage& on, idp_faults::server& asked, bad_clients& all, measured& made) {
  all.prepare();
  co_await await_prepared(on, all);
  all.act();
  // It should be at work when it is told.
  co_await on.sleep(milliseconds{100});
  const auto begun = clock::now();
  asked.process().ask_to_end();
  const core::deadline until{begun + patience_with_end};
  made.status = co_await asked.process().ended(until);
  made.took = clock::now() - begun;
}

async::task<> measure(stage& on, const fault& what, idp_faults::server& asked, std::string request,
                      deeds& done, measured& made) {
  samples alone;
  const auto alone_for = on.pick(seconds{5}, seconds{2});
  co_await behave(on, asked.front(), request, alone_for, alone);
  if (!all_right(alone)) {
    throw std::runtime_error{"alone, the client that behaves was told " +
                             idp_faults::statuses_of(alone)};
  }
  made.alone = tail_of(alone);
  const auto before = descriptors_of(asked.process().pid());
  bad_clients all{what.clients, what.make, {asked.front().where.port(), on.quick(), &done}};
  const auto length = on.pick(seconds{10}, seconds{3});
  // Only a latency may be the machine's fault; it alone has further tries.
  for (bool again = true; again && made.tries < most_tries;) {
    if (made.tries++ != 0) all.prepare();
    co_await await_prepared(on, all);
    all.act();
    samples now;
    co_await behave(on, asked.front(), request, length, now);
    if (made.tries == 1) {
      made.own = outcome_of(done);
      if (what.by_descriptors) {
        made.own.left = co_await descriptors_above(on, asked.process().pid(), before);
      }
    }
    const auto tail = tail_of(now);
    const bool right = all_right(now);
    if (made.tries == 1 || !right || tail < made.beside) {
      made.beside = tail;
      made.answers = std::move(now);
    }
    made.held = right && made.beside <= most_tail(made.alone);
    again = right && !made.held;
  }
  co_await end_server(on, asked, all, made);
}

std::string required_text(const fault& what) {
  return fmt::format(
      "{}: the client that behaves all 200, p99 at most twice what it is alone and {} ms (best of "
      "up to {} tries){}; SIGTERM: status 0 within drain {} s + {} s",
      what.what, noise.count(), most_tries, what.own_text.empty() ? "" : "; " + what.own_text,
      drain.count(), slack.count());
}

std::string measured_text(const fault& what, const measured& made, const deeds& done) {
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
    text += fmt::format(", the longest {:.1f} s", in_milliseconds(made.own.figures.longest) / 1e3);
  }
  return text + fmt::format("; SIGTERM: status {} after {:.1f} s",
                            made.status ? std::to_string(*made.status) : "none",
                            in_milliseconds(made.took) / 1e3);
}

}  // namespace

async::task<idp_faults::row> run_beside(stage& on, const fault& what) {
  const auto keys = co_await idp_faults::provider::start(on);
  idp_faults::server_order order;
  order.settings = what.settings;
  order.settings.push_back(fmt::format("server.timeouts.drain={}s", drain.count()));
  const auto asked = co_await idp_faults::server::start_warm(on, *keys, std::move(order));
  const auto token = co_await keys->token();
  auto request = idp_faults::get_request(idp_faults::guarded_path, token);
  deeds done;
  measured made;
  co_await measure(on, what, *asked, std::move(request), done, made);
  idp_faults::row result;
  result.required = required_text(what);
  result.measured = measured_text(what, made, done);
  const bool own = own_hold(made.own.figures, what.own, what.clients) && made.own.left == 0;
  result.ok = made.held && own && made.status == 0 && made.took <= drain + slack;
  co_return result;
}

}  // namespace latchkey::bench::client_faults
