// A call that a coroutine waits for while a thread that may block makes it. Not for the queue
// between the two.
#pragma once

#include "work_queue.hpp"

#include <latchkey/async/waiters.hpp>

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

namespace latchkey::store {

template <class T>
class awaited_call final : public queued_call {
 public:
  using outcome_type = core::result<T>;
  using work = std::function<outcome_type(sqlite_notes&)>;

  awaited_call(work what, core::deadline until, std::shared_ptr<async::waiter> caller)
      : what_{std::move(what)}, until_{until}, caller_{std::move(caller)} {}

  void run(sqlite_notes& on) override { found_.emplace(what_(on)); }
  core::error_code outcome() const override {
    return found_->has_error() ? found_->error() : core::error_code{};
  }
  core::deadline until() const override { return until_; }
  void finish(const core::error_code& error) override {
    const std::lock_guard lock{mutex_};
    given_.emplace(error || !found_ ? outcome_type{error} : std::move(*found_));
    // Under the mutex, so that the caller's context cannot end in between.
    if (caller_) async::waiter::wake(std::move(caller_));
  }

  // By the caller, whose frame ends: its timer belongs to its context.
  void leave() {
    const std::lock_guard lock{mutex_};
    caller_.reset();
  }
  // By the caller; nothing where it was not woken.
  std::optional<outcome_type> take() {
    const std::lock_guard lock{mutex_};
    return std::exchange(given_, std::nullopt);
  }

 private:
  const work what_;
  const core::deadline until_;
  std::optional<outcome_type> found_;  // of the thread that runs it
  std::mutex mutex_;
  std::shared_ptr<async::waiter> caller_;
  std::optional<outcome_type> given_;
};

}  // namespace latchkey::store
