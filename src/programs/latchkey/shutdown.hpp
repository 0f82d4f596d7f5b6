// Ends the server when it is asked to: the first time starts the drain, a second one or the timeout
// exits. Not for who asks (signals), nor for the drain itself: server::drain.
#pragma once

#include <latchkey/async/task.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>

namespace latchkey::programs {

// Being asked calls `begin`, which gives how long it may take; being asked again ends at once, and
// so does the end of that: a handler that outlasts its connection must not outlast the program.
// Lives on one executor.
class shutdown {
 public:
  shutdown(const async::executor& where, std::function<std::chrono::milliseconds()> begin);
  shutdown(const shutdown&) = delete;
  shutdown& operator=(const shutdown&) = delete;

  // On the executor.
  void ask();

  // Resolves when the program shall end. Call once.
  std::future<void> finished() { return finished_.get_future(); }
  // Everything has ended; any thread.
  void finish();

 private:
  async::timer timer_;
  std::function<std::chrono::milliseconds()> begin_;
  bool begun_ = false;
  std::atomic<bool> done_ = false;
  std::promise<void> finished_;
};

}  // namespace latchkey::programs
