// Coroutines on many threads that wait for one event, each on its own timer, its own executor and
// until its own deadline. This is how a wait crosses threads here: Asio's cancellation does not (in
// Boost 1.81 it may touch a frame that is gone). Not for carrying a value: look it up once woken.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace latchkey::async {

// One waiting coroutine. It is touched only on its own executor once it has joined.
class waiter {
 public:
  explicit waiter(executor where) : timer_{where} {}

  // Waits until woken or until `until`; call once, on the executor it was made with.
  // True if woken, false if the deadline came first.
  task<bool> wait(core::deadline until);

  // Wakes it, from any thread; a wake before the wait is not lost. `self` keeps it alive until
  // then.
  static void wake(std::shared_ptr<waiter> self);

 private:
  timer timer_;
  bool woken_ = false;
};

// The list of those who wait. Not synchronised: its owner's mutex guards it.
class waiters {
 public:
  std::shared_ptr<waiter> join(executor where);
  // Empties the list and hands it out, so that the owner can unlock before it calls wake_all.
  std::vector<std::shared_ptr<waiter>> take();
  // Forgets one who gave up; harmless if it has been taken already.
  void leave(const std::shared_ptr<waiter>& one);
  std::size_t size() const { return list_.size(); }

 private:
  std::vector<std::shared_ptr<waiter>> list_;
};

// Wakes each of them on its own executor.
void wake_all(std::vector<std::shared_ptr<waiter>> list);

}  // namespace latchkey::async
