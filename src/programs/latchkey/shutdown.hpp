// Ends the server on SIGTERM, SIGINT and SIGQUIT: the first starts the drain, a second one or the
// timeout exits. Not for the drain itself: server::drain.
#pragma once

#include <latchkey/async/task.hpp>

#include <boost/asio/signal_set.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>

namespace latchkey::programs {

// The first signal calls `begin`; a second one ends at once, and so does the end of `limit`: a
// handler that outlasts its connection must not outlast the program. Lives on one executor.
class shutdown {
 public:
  shutdown(const async::executor& where, std::chrono::milliseconds limit,
           std::function<void()> begin);
  // From here on a further signal does nothing: the program is about to end. The context of `where`
  // must have stopped.
  ~shutdown();
  shutdown(const shutdown&) = delete;
  shutdown& operator=(const shutdown&) = delete;

  // Resolves when the program shall end. Call once.
  std::future<void> finished() { return finished_.get_future(); }
  // Everything has ended; any thread.
  void finish();

 private:
  void wait();

  async::asio::basic_signal_set<async::executor> signals_;
  std::chrono::milliseconds limit_;
  async::timer timer_;
  std::function<void()> begin_;
  bool begun_ = false;
  std::atomic<bool> done_ = false;
  std::promise<void> finished_;
};

}  // namespace latchkey::programs
