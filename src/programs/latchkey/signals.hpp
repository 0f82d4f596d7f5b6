// Which signals end the server, which are for its operators, and how they reach it. Not for the end
// itself: shutdown.
#pragma once

#include <latchkey/async/task.hpp>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <functional>

namespace latchkey::programs {

// SIGTERM, SIGINT and SIGQUIT.
bool ends_server(int signal);

// From here on no signal ends the process but those by which a fault of the program ends it
// (SIGSEGV, SIGABRT and the like). Those that end the server, and SIGHUP, SIGUSR1 and SIGUSR2, are
// blocked on this thread and on all it starts from now on, until the process is gone: they wait for
// signal_queue, each of them once. All others are ignored, but for those that somebody has a
// handler for. Call before other threads start.
void hold_signals();

// Whether one of the held signals that end the server waits to be taken. Any thread.
bool end_is_asked_for();

// Calls `act` with each held signal. Lives on one executor.
class signal_queue {
 public:
  // Throws std::system_error.
  signal_queue(const async::executor& where, std::function<void(int)> act);
  signal_queue(const signal_queue&) = delete;
  signal_queue& operator=(const signal_queue&) = delete;

 private:
  void wait();
  void take_all();

  async::asio::posix::basic_stream_descriptor<async::executor> descriptor_;
  std::function<void(int)> act_;
};

}  // namespace latchkey::programs
