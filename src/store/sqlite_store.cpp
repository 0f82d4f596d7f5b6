#include "awaited_call.hpp"
#include "sqlite_notes.hpp"
#include "sqlite_open_files.hpp"
#include "store_state.hpp"
#include "work_queue.hpp"

#include <latchkey/store/errc.hpp>
#include <latchkey/store/sqlite_file.hpp>
#include <latchkey/store/sqlite_store.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

namespace latchkey::store {
namespace {

// More would make the first of them wait for the last, and gain little.
constexpr std::size_t most_at_once = 64;

// What a call gives that has nothing to give.
struct done {};

void finish_all(const std::vector<queued_call_ptr>& calls, const core::error_code& error) {
  for (const auto& one : calls) one->finish(error);
}

// One thread with its connection. A connection whose file fails is closed and opened anew for the
// next call.
class sqlite_thread {
 public:
  sqlite_thread(sqlite_options how, core::clock clock, store_state& state, sqlite_open_files& files)
      : how_{std::move(how)}, clock_{std::move(clock)}, state_{state}, files_{files} {}

  // Empty where it could be opened.
  std::string open() {
    auto opened = sqlite_notes::open(how_);
    if (!opened) return opened.error();
    notes_.emplace(std::move(*opened));
    files_.joined();
    open_ = true;
    return {};
  }

  // Until the queue is closed.
  void read_from(work_queue& queue) {
    for (auto calls = queue.take(1); !calls.empty(); calls = queue.take(1)) {
      busy_ = true;
      drop_late(calls);
      if (!calls.empty() && is_usable(calls)) {
        calls.front()->run(*notes_);
        settle(calls, calls.front()->outcome(), notes_->database().fault());
      }
      busy_ = false;
    }
  }

  void write_from(work_queue& queue) {
    for (auto calls = queue.take(most_at_once); !calls.empty(); calls = queue.take(most_at_once)) {
      busy_ = true;
      drop_late(calls);
      if (!calls.empty() && is_usable(calls)) write(calls);
      busy_ = false;
    }
  }

  bool is_busy() const { return busy_; }
  bool is_open() const { return open_; }

 private:
  static bool is_fault(const core::error_code& error) {
    return error && error != errc::not_found && error != errc::changed;
  }

  // Nobody waits for them any more, so that nobody is told what they have become: not made.
  void drop_late(std::vector<queued_call_ptr>& calls) const {
    const auto now = clock_.steady();
    std::erase_if(calls, [now](const queued_call_ptr& one) {
      if (!one->until().passed(now)) return false;
      one->finish(errc::timed_out);
      return true;
    });
  }

  bool is_usable(const std::vector<queued_call_ptr>& calls) {
    auto standing = files_.look();
    // The log of the one that is open stands beside another one, which would take it for its own.
    const bool stays =
        standing == file_standing::as_opened || standing == file_standing::database_other;
    if (notes_ && !stays) {
      if (const auto met = fault_of(standing); !met.empty()) state_.is("unavailable", met);
      save(standing);
      close();
      standing = files_.look();
    }
    auto fault = fault_of(standing);
    if (fault.empty()) {
      if (notes_) return true;
      // A file that is gone is not begun anew: what was in it may come back.
      how_.may_create = false;
      fault = open();
      if (fault.empty()) return true;
    }
    state_.is("unavailable", fault);
    finish_all(calls, errc::unavailable);
    return false;
  }

  // Empty where to open it tells more.
  std::string fault_of(file_standing standing) const {
    switch (standing) {
      case file_standing::database_other:
        return "is another file than the one that is open: restart the server";
      case file_standing::journal_gone:
      case file_standing::journal_other:
        return files_.journal_names() +
               " was removed or replaced while it was open; where this lasts, restart the server";
      default:
        return {};
    }
  }

  // A log that has lost its name is still there for who has it open, and nobody else writes in its
  // place: what it has is written to the database. Into another database it would do harm.
  void save(file_standing standing) {
    auto& database = notes_->database();
    if (standing == file_standing::journal_gone) {
      if (!how_.reads_only) database.run("PRAGMA wal_checkpoint(FULL)");
    } else if (standing != file_standing::database_gone) {
      database.leave_log();
    }
  }

  void close() {
    if (!notes_) return;
    notes_.reset();
    files_.left();
    open_ = false;
  }

  // All or none of what succeeds: each is told when it is on the disk.
  void write(const std::vector<queued_call_ptr>& calls) {
    auto& database = notes_->database();
    if (const auto error = database.run("BEGIN IMMEDIATE")) return give_up(calls, error);
    core::error_code fault;
    std::string why;
    for (const auto& one : calls) {
      one->run(*notes_);
      if (!is_fault(one->outcome())) continue;
      // A statement that fails takes back what it has done, and nothing else, unless the whole
      // transaction is gone.
      fault = one->outcome();
      why = database.fault();
      if (!database.in_transaction()) return give_up(calls, fault);
    }
    if (const auto error = database.run("COMMIT")) return give_up(calls, error);
    settle(calls, fault, why);
  }

  void give_up(const std::vector<queued_call_ptr>& calls, const core::error_code& error) {
    const auto why = notes_->database().fault();
    if (notes_->database().in_transaction()) notes_->database().run("ROLLBACK");
    note_fault(error, why);
    finish_all(calls, error);
  }

  // `why` is of `fault`: the database tells of its last call only.
  void settle(const std::vector<queued_call_ptr>& calls, const core::error_code& fault,
              const std::string& why) {
    if (is_fault(fault)) {
      note_fault(fault, why);
    } else {
      state_.is("available");
    }
    finish_all(calls, {});
  }

  void note_fault(const core::error_code& error, const std::string& why) {
    if (error == errc::full) return state_.is("full", why);
    state_.is("unavailable", why);
    if (error == errc::unavailable) close();
  }

  sqlite_options how_;
  core::clock clock_;
  store_state& state_;
  sqlite_open_files& files_;
  std::optional<sqlite_notes> notes_;
  std::atomic<bool> busy_ = false;
  std::atomic<bool> open_ = false;
};

class sqlite_store final : public note_store {
 public:
  sqlite_store(const sqlite_settings& how, core::clock clock, tell_event tell)
      : reading_{"reads", tell, clock},
        writing_{"writes", std::move(tell), clock},
        reads_{how.queue},
        writes_{how.queue} {
    // Once: a link that is set to another file later leads to another database.
    const auto real = without_links(how.file);
    if (!real.fault.empty()) throw std::runtime_error{how.file.string() + ": " + real.fault};
    files_.emplace(real.path);
    const sqlite_options writing{real.path, how.lock_timeout, true, false};
    const sqlite_options reading{real.path, how.lock_timeout, false, true};
    members_.push_back(std::make_unique<sqlite_thread>(writing, clock, writing_, *files_));
    if (const auto fault = members_.front()->open(); !fault.empty()) {
      throw std::runtime_error{how.file.string() + ": " + fault};
    }
    for (std::size_t i = 0; i < how.readers; ++i) {
      members_.push_back(std::make_unique<sqlite_thread>(reading, clock, reading_, *files_));
    }
    try {
      for (auto& one : members_) start(*one);
    } catch (...) {
      end();
      throw;
    }
  }
  ~sqlite_store() override { end(); }
  sqlite_store(const sqlite_store&) = delete;
  sqlite_store& operator=(const sqlite_store&) = delete;

  async::task<core::result<note_page>> list(owner whose, std::string after, std::size_t limit,
                                            core::deadline until) override {
    const auto work = [whose = std::move(whose), after = std::move(after),
                       limit](sqlite_notes& on) { return on.list(whose, after, limit); };
    return ask<note_page>(reads_, work, until);
  }
  async::task<core::result<note>> find(owner whose, std::string id, core::deadline until) override {
    const auto work = [whose = std::move(whose), id = std::move(id)](sqlite_notes& on) {
      return on.find(whose, id);
    };
    return ask<note>(reads_, work, until);
  }
  async::task<core::error_code> add(owner whose, note made, core::deadline until) override {
    const auto work = [whose = std::move(whose), made = std::move(made)](sqlite_notes& on) {
      return as_result(on.add(whose, made));
    };
    return error_of(ask<done>(writes_, work, until));
  }
  async::task<core::result<note>> replace(owner whose, std::string id, note_change to,
                                          condition when, core::deadline until) override {
    const auto work = [whose = std::move(whose), id = std::move(id), to = std::move(to),
                       when = std::move(when)](sqlite_notes& on) {
      return on.replace(whose, id, to, when);
    };
    return ask<note>(writes_, work, until);
  }
  async::task<core::error_code> remove(owner whose, std::string id, condition when,
                                       core::deadline until) override {
    const auto work = [whose = std::move(whose), id = std::move(id), when = std::move(when)](
                          sqlite_notes& on) { return as_result(on.remove(whose, id, when)); };
    return error_of(ask<done>(writes_, work, until));
  }

  gauges now() const override {
    gauges made;
    for (const auto& one : members_) {
      made.in_use += one->is_busy() ? 1 : 0;
      made.open += one->is_open() ? 1 : 0;
    }
    made.waiting = reads_.size() + writes_.size();
    return made;
  }

 private:
  static core::result<done> as_result(const core::error_code& error) {
    if (error) return error;
    return done{};
  }

  static async::task<core::error_code> error_of(async::task<core::result<done>> asked) {
    const auto outcome = co_await std::move(asked);
    co_return outcome.has_error() ? outcome.error() : core::error_code{};
  }

  template <class T>
  static async::task<core::result<T>> ask(work_queue& queue, typename awaited_call<T>::work what,
                                          core::deadline until) {
    const auto here = co_await async::asio::this_coro::executor;
    const auto mine = std::make_shared<async::waiter>(here);
    const auto call = std::make_shared<awaited_call<T>>(std::move(what), until, mine);
    struct leave_at_end {
      awaited_call<T>& of;
      ~leave_at_end() { of.leave(); }
    };
    const leave_at_end leaving{*call};
    if (!queue.push(call)) co_return errc::busy;
    co_await mine->wait(until);
    auto given = call->take();
    if (!given) co_return errc::timed_out;
    co_return std::move(*given);
  }

  void start(sqlite_thread& one) {
    const bool writes = threads_.empty();
    threads_.emplace_back([this, &one, writes] {
      if (writes) return one.write_from(writes_);
      one.read_from(reads_);
    });
  }

  // What has been taken is done; what waits is not begun.
  void end() {
    finish_all(reads_.close(), errc::unavailable);
    finish_all(writes_.close(), errc::unavailable);
    for (auto& one : threads_) one.join();
  }

  store_state reading_;
  store_state writing_;
  work_queue reads_;
  work_queue writes_;
  std::optional<sqlite_open_files> files_;
  std::vector<std::unique_ptr<sqlite_thread>> members_;  // the first writes
  std::vector<std::thread> threads_;
};

}  // namespace

std::unique_ptr<note_store> open_sqlite_store(const sqlite_settings& how, core::clock clock,
                                              tell_event tell) {
  return std::make_unique<sqlite_store>(how, std::move(clock), std::move(tell));
}

}  // namespace latchkey::store
