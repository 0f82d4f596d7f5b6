#include "postgres_pool.hpp"

#include <latchkey/store/errc.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>

namespace latchkey::store {
namespace {

// While a database is down each request would try to connect.
constexpr std::chrono::milliseconds try_pause{100};

// A database that takes no changes for long would be connected to with each of them.
constexpr std::chrono::seconds retiring_pause{1};
constexpr std::string_view reads_only = "25006";

// Runs when the frame ends, however it does.
template <class Function>
struct at_end {
  Function run;
  ~at_end() { run(); }
};
template <class Function>
at_end(Function) -> at_end<Function>;

}  // namespace

async::task<new_connection> make_connection(const pool_terms& terms, core::deadline until) {
  auto way = co_await with_addresses(terms.to, terms.names, until);
  if (way.has_error()) {
    co_return new_connection{nullptr, {errc::unavailable, false, way.error().message()}};
  }
  const auto here = co_await async::asio::this_coro::executor;
  auto one = std::make_shared<postgres_connection>(here);
  if (const auto error = co_await one->connect(std::move(*way), until)) {
    co_return new_connection{nullptr, {error, false, one->fault()}};
  }
  // By itself: a text that fails further on takes back all that is in it. No parameter of the
  // connection's, since PgBouncer refuses those that it does not know.
  const auto set = co_await one->run(
      "SET statement_timeout = " + std::to_string(terms.statement_timeout.count()), until);
  if (set.has_error()) co_return new_connection{nullptr, {set.error(), false, one->fault()}};
  auto outcome = co_await prepare_schema(*one, until);
  if (outcome.error) one = nullptr;
  co_return new_connection{std::move(one), std::move(outcome)};
}

async::task<core::result<std::unique_ptr<postgres_pool::lease>>> postgres_pool::take(
    core::deadline until) {
  for (;;) {
    if (auto one = take_idle()) co_return std::make_unique<lease>(*this, std::move(one));
    const auto now = terms_.clock.steady();
    if (until.passed(now)) co_return errc::timed_out;
    if (open_.get() < terms_.connections) {
      if (now < next_try_) co_return errc::unavailable;
      co_return co_await open_one(until);
    }
    if (waiting_.size() >= terms_.queue) co_return errc::busy;
    const auto mine = waiting_.emplace_back(std::make_shared<async::waiter>(home_));
    waiting_count_.add();
    bool woken = false;
    const at_end leaving{[&] { leave(mine, woken); }};
    woken = co_await mine->wait(until);
    if (!woken) co_return errc::timed_out;
  }
}

async::task<core::result<std::unique_ptr<postgres_pool::lease>>> postgres_pool::open_one(
    core::deadline until) {
  open_.add();
  bool taken = false;
  const at_end closing{[&] {
    if (!taken) close_one();
  }};
  auto made = co_await make_connection(terms_, until);
  if (made.outcome.error) {
    next_try_ = terms_.clock.steady() + try_pause;
    states_.connections.is("unavailable", made.outcome.why);
    co_return made.outcome.error;
  }
  taken = true;
  in_use_.add();
  co_return std::make_unique<lease>(*this, std::move(made.made));
}

postgres_connection_ptr postgres_pool::take_idle() {
  while (!idle_.empty()) {
    auto one = std::move(idle_.back());
    idle_.pop_back();
    if (one->is_usable()) {
      in_use_.add();
      return one;
    }
    open_.subtract(1);
  }
  return nullptr;
}

void postgres_pool::give_back(postgres_connection_ptr one) {
  in_use_.subtract(1);
  if (!one->is_usable()) return close_one();
  idle_.push_back(std::move(one));
  wake_next();
}

void postgres_pool::close_one() {
  open_.subtract(1);
  wake_next();
}

void postgres_pool::wake_next() {
  if (waiting_.empty()) return;
  async::waiter::wake(std::move(waiting_.front()));
  waiting_.pop_front();
}

// Who was called and gives up all the same calls the next one.
void postgres_pool::leave(const std::shared_ptr<async::waiter>& one, bool satisfied) {
  waiting_count_.subtract(1);
  const auto found = std::find(waiting_.begin(), waiting_.end(), one);
  if (found != waiting_.end()) {
    waiting_.erase(found);
  } else if (!satisfied) {
    wake_next();
  }
}

void postgres_pool::note(call_kind kind, const core::error_code& error, postgres_connection& on) {
  const bool changes = kind == call_kind::changing;
  if (!error || error == errc::not_found || error == errc::changed) {
    states_.connections.is("available");
    if (changes) states_.changes.is("available");
    return;
  }
  auto& state = changes ? states_.changes : states_.connections;
  state.is(error == errc::full ? "full" : "unavailable", on.fault());
  if (on.sql_state() == reads_only) retire_all(on);
}

// Sessions for reading alone stay that when the database takes changes again, or another one does;
// those that were opened at the same time are likely to be the same.
void postgres_pool::retire_all(postgres_connection& met) {
  const auto now = terms_.clock.steady();
  if (now < next_retiring_) return;
  next_retiring_ = now + retiring_pause;
  met.retire();
  for (const auto& one : idle_) one->retire();
}

void postgres_pool::add_to(gauges& sum) const {
  sum.open += open_.get();
  sum.in_use += in_use_.get();
  sum.waiting += waiting_count_.get();
}

}  // namespace latchkey::store
