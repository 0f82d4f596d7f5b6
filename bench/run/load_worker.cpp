#include "run/load_worker.hpp"

#include "common/durations.hpp"
#include "load/errc.hpp"
#include "load/open_loop.hpp"
#include "load/when_all.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <sys/prctl.h>

#include <algorithm>
#include <ctime>
#include <utility>

namespace latchkey::bench::run {
namespace {

namespace asio = boost::asio;
using clock = core::steady_time::clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t handshakes_at_once = 16;
constexpr milliseconds late_from{1};
// A timer of the system ends some fifty microseconds late.
constexpr std::chrono::microseconds awake_before{150};
constexpr double awake_up_to = 2000;  // requests a second of a thread
constexpr milliseconds first_pause{10};
constexpr milliseconds longest_pause{500};

double thread_cpu_seconds() {
  ::timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

}  // namespace

// A connection to each origin, used by one request at a time.
struct load_worker::slot {
  slot(async::socket_waits& waits, const std::vector<load::target>& origins) : timer{waits.where} {
    for (const auto& to : origins) {
      connections.push_back(std::make_unique<load::connection>(waits, to));
    }
  }
  void cancel() {
    timer.cancel();
    for (const auto& one : connections) one->cancel();
  }

  async::timer timer;
  std::vector<std::unique_ptr<load::connection>> connections;
  std::string request;
  milliseconds pause = first_pause;
};

load_worker::load_worker(worker_options options, const workload& what,
                         std::vector<load::target> origins, load_worker_callbacks callbacks)
    : options_{options},
      what_{what},
      origins_{std::move(origins)},
      callbacks_{std::move(callbacks)},
      waits_{context_.get_executor()},
      begin_{context_.get_executor()},
      ticker_{context_.get_executor()},
      compose_{what, options.index, options.of} {
  counted_.kinds.resize(what.kinds.size());
  for (unsigned i = 0; i < options.connections; ++i) {
    slots_.push_back(std::make_unique<slot>(waits_, origins_));
  }
}

load_worker::~load_worker() = default;

void load_worker::run() {
  // A wait may otherwise end 50 microseconds late.
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  asio::co_spawn(context_.get_executor(), live(), asio::detached);
  context_.run();
}

void load_worker::begin(timetable when) {
  asio::post(context_.get_executor(), [this, when] {
    when_ = when;
    begun_ = true;
    begin_.cancel();
  });
}

void load_worker::stop() {
  asio::post(context_.get_executor(), [this] {
    stopped_ = true;
    begin_.cancel();
    ticker_.cancel();
    for (const auto& one : slots_) one->cancel();
  });
}

void load_worker::change(std::size_t kind, std::shared_ptr<const std::vector<std::string>> tokens) {
  asio::post(context_.get_executor(),
             [this, kind, tokens = std::move(tokens)] { compose_.change(kind, tokens); });
}

async::task<> load_worker::connect_in_turn(core::deadline until, std::size_t& next,
                                           std::size_t& open, std::string& why) {
  while (!stopped_ && next < slots_.size() && !until.passed(clock::now())) {
    auto& one = *slots_[next++];
    for (const auto& each : one.connections) {
      if (const auto error = co_await each->open(until)) {
        why = error.message();
      } else {
        ++open;
        note_connection(*each);
      }
    }
  }
}

async::task<> load_worker::connect_all() {
  std::size_t next = 0;
  std::size_t open = 0;
  std::string why;
  // Of all of them together: those that are not there by then are made with their first request.
  const core::deadline until{clock::now() + options_.timeout};
  std::vector<async::task<>> all;
  for (std::size_t i = 0; i < std::min(handshakes_at_once, slots_.size()); ++i) {
    all.push_back(connect_in_turn(until, next, open, why));
  }
  co_await load::when_all(context_.get_executor(), std::move(all));
  callbacks_.ready(open, why);
}

async::task<> load_worker::await_begin() {
  while (!begun_ && !stopped_) {
    core::error_code cancelled;
    begin_.expires_after(seconds{3600});
    co_await begin_.async_wait(async::use_task_with(cancelled));
  }
}

async::task<> load_worker::live() {
  const bool connect_first = options_.keepalive && options_.ramp == core::steady_duration{};
  if (connect_first) {
    co_await connect_all();
  } else {
    callbacks_.ready(1, {});
  }
  co_await await_begin();
  if (!stopped_) {
    asio::co_spawn(context_.get_executor(), tick(), asio::detached);
    std::vector<async::task<>> all;
    for (const auto& one : slots_) all.push_back(options_.rate ? open(*one) : closed(*one));
    co_await load::when_all(context_.get_executor(), std::move(all));
  }
  stopped_ = true;
  ticker_.cancel();
  if (end_.wall_seconds > 0) {
    end_.cpu_seconds = thread_cpu_seconds() - end_.cpu_seconds;
    end_.wall_seconds = in_seconds(clock::now() - when_.measure);
  }
  hand_over();
  for (const auto& one : slots_) {
    for (const auto& each : one->connections) each->close();
  }
  callbacks_.over(end_);
  // The coarse timers would go on ticking for as long as there are connections.
  context_.stop();
}

void load_worker::hand_over() {
  tally empty;
  empty.kinds.resize(what_.kinds.size());
  callbacks_.step(step_++, std::exchange(counted_, std::move(empty)));
}

async::task<> load_worker::tick() {
  core::error_code cancelled;
  ticker_.expires_at(when_.measure);
  co_await ticker_.async_wait(async::use_task_with(cancelled));
  end_.cpu_seconds = thread_cpu_seconds();
  end_.wall_seconds = 1;
  while (!stopped_) {
    ticker_.expires_at(when_.measure + when_.step * static_cast<long>(step_ + 1));
    co_await ticker_.async_wait(async::use_task_with(cancelled));
    if (stopped_) co_return;
    hand_over();
  }
}

bool load_worker::finished(core::steady_time now) const {
  return stopped_ || now >= when_.end || (options_.requests && taken_ >= *options_.requests);
}

async::task<> load_worker::pause(slot& over, core::steady_time until) {
  core::error_code cancelled;
  over.timer.expires_at(until);
  co_await over.timer.async_wait(async::use_task_with(cancelled));
}

async::task<> load_worker::pause_exactly(slot& over, core::steady_time until) {
  if (*options_.rate / options_.of > awake_up_to) {
    co_await pause(over, until);
    co_return;
  }
  co_await pause(over, until - awake_before);
  // What else is ready runs meanwhile.
  while (!stopped_ && clock::now() < until) {
    co_await asio::post(context_.get_executor(), async::use_task);
  }
}

async::task<> load_worker::closed(slot& over) {
  if (options_.ramp > core::steady_duration{}) {
    const auto at = std::find_if(slots_.begin(), slots_.end(),
                                 [&](const auto& one) { return one.get() == &over; });
    const auto number = (at - slots_.begin()) * options_.of + options_.index;
    co_await pause(over, when_.start + options_.ramp * number /
                                           static_cast<long>(slots_.size() * options_.of));
  } else {
    co_await pause(over, when_.start);
  }
  for (auto now = clock::now(); !finished(now); now = clock::now()) {
    if (counts(now)) ++taken_;
    if (co_await send(over, now, false)) {
      over.pause = first_pause;
    } else if (!stopped_) {
      // A server that is away would otherwise be asked as often as this thread can.
      co_await pause(over, std::min(clock::now() + over.pause, when_.end));
      over.pause = std::min(over.pause * 2, longest_pause);
    }
  }
}

async::task<> load_worker::open(slot& over) {
  while (!stopped_ && !(options_.requests && taken_ >= *options_.requests)) {
    const auto number = number_++ * options_.of + options_.index;
    const auto intended = when_.start + load::intended_after(number, *options_.rate);
    if (intended >= when_.end) break;
    if (counts(intended)) ++taken_;
    const auto now = clock::now();
    const bool waits = now < intended;
    if (waits) {
      co_await pause_exactly(over, intended);
    } else if (now - intended > options_.timeout || now >= when_.last) {
      if (counts(intended)) ++counted_.dropped;
      continue;
    }
    if (stopped_) break;
    co_await send(over, intended, waits);
  }
}

void load_worker::note_connection(load::connection& over) {
  const auto* tls = over.tls();
  counted_.add_connection(over.last(), tls != nullptr);
  if (tls != nullptr && end_.cipher.empty()) {
    end_.tls_version = SSL_get_version(tls);
    end_.cipher = SSL_get_cipher_name(tls);
  }
}

void load_worker::note_renewals(const load::connection& over, std::uint64_t ended,
                                std::uint64_t repeated) {
  counted_.ended_idle += over.ended_idle() - ended;
  counted_.repeated += over.repeated() - repeated;
}

core::deadline load_worker::deadline_of(core::steady_time begun) const {
  return core::deadline{std::min(begun + options_.timeout, when_.last)};
}

async::task<bool> load_worker::send(slot& over, core::steady_time intended, bool waited) {
  const auto choice = compose_.next(over.request);
  auto& by = *over.connections[what_.shapes[choice.shape].origin];
  const auto ended = by.ended_idle();
  const auto repeated = by.repeated();
  const auto until = deadline_of(options_.rate ? clock::now() : intended);
  core::error_code failed;
  if (!by.is_ready()) {
    failed = co_await by.open(until);
    if (!failed) note_connection(by);
  }
  const auto sent = options_.rate ? clock::now() : intended;
  const bool counted = counts(intended);
  if (counted) {
    ++counted_.sent;
    ++counted_.kinds[choice.kind].sent;
    counted_.bytes_sent += over.request.size();
    if (options_.rate) {
      if (waited) counted_.pacing.add(sent - intended);
      if (sent - intended > late_from) ++counted_.late;
    }
  }
  core::result<load::answer> got{failed ? failed : core::error_code{load::errc::closed}};
  if (!failed) got = co_await by.exchange(over.request, until, what_.to_head);
  // It may have been sent over a new connection.
  if (got && by.repeated() != repeated) note_connection(by);
  if (counted) note_renewals(by, ended, repeated);
  const auto now = clock::now();
  if (stopped_ && !got) {
    // Given up by us: it counts as never sent.
    if (counted) {
      --counted_.sent;
      --counted_.kinds[choice.kind].sent;
    }
    co_return false;
  }
  if (!counted) co_return got.has_value();
  end_.last_answer = std::max(end_.last_answer, now);
  if (got) {
    settle(choice, *got, intended, sent, now);
    co_return true;
  }
  ++counted_.errors;
  ++counted_.error_kinds[load::name_of(got.error())];
  co_return false;
}

void load_worker::settle(const composer::request_choice& choice, const load::answer& got,
                         core::steady_time intended, core::steady_time sent,
                         core::steady_time now) {
  auto& counted = counted_;
  ++counted.answered;
  counted.bytes_received += got.bytes;
  counted.latency.add(now - intended);
  counted.service.add(now - sent);
  counted.first_byte.add(got.first_byte - got.written);
  ++counted.statuses[got.head.status];
  const auto& kind = what_.kinds[choice.kind];
  auto& of_kind = counted.kinds[choice.kind];
  if (kind.expect.allows(got.head.status)) {
    ++of_kind.right;
    return;
  }
  ++counted.wrong;
  ++of_kind.wrong[got.head.status];
  const bool refused = got.head.status == 401 || got.head.status == 403;
  if (refused && kind.name == "valid") ++counted.refused;
}

}  // namespace latchkey::bench::run
