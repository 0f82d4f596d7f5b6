// What becomes of signals that do not end the server. Not for those that do: shutdown.
#pragma once

#include <latchkey/async/task.hpp>

#include <boost/asio/signal_set.hpp>

#include <functional>

namespace latchkey::programs {

// From here on no signal ends the process by default but SIGTERM, SIGINT and SIGQUIT, and those by
// which a fault of the program ends it (SIGSEGV, SIGABRT and the like). A signal that somebody has
// a handler for keeps it. Call before other threads start.
void ignore_signals();

// Calls `act` with each SIGHUP, SIGUSR1 and SIGUSR2 that comes. Lives on one executor.
class operator_signals {
 public:
  operator_signals(const async::executor& where, std::function<void(int)> act);
  // From here on they do nothing. The context of `where` must have stopped.
  ~operator_signals();
  operator_signals(const operator_signals&) = delete;
  operator_signals& operator=(const operator_signals&) = delete;

 private:
  void wait();

  async::asio::basic_signal_set<async::executor> signals_;
  std::function<void(int)> act_;
};

}  // namespace latchkey::programs
