// Tells a service manager how this server stands: that it serves, reads its configuration anew, or
// ends, and that all its threads turn. Lives on the control thread. Where nobody wants to know, it
// does nothing. Not for the log.
#pragma once

#include "notify_socket.hpp"

#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::programs {

class service_notifier {
 public:
  // Sends one datagram; as notify_socket::send. Empty: nobody wants to know.
  using sender = std::function<core::error_code(std::string_view)>;
  // Told of the first message that could not be sent, since there will be others.
  using observer = std::function<void(const core::error_code&)>;

  service_notifier(const async::executor& home, core::clock clock, sender send, observer failed);
  service_notifier(const service_notifier&) = delete;
  service_notifier& operator=(const service_notifier&) = delete;

  // `status` is a line for people.
  void ready(std::string_view status);
  void reloading();
  // It may take up to `at_most`, whatever the manager would allow. Nothing but signs of life is
  // sent afterwards.
  void stopping(std::chrono::milliseconds at_most, std::string_view status);
  // From now on a sign of life at every half of `limit`, as long as every thread of the pool turns,
  // and this one. The pool's threads end before this does. Once.
  void watch(async::io_pool& threads, std::chrono::microseconds limit);

 private:
  void tell(std::string message);
  void send_waiting();
  void tell_failed(const core::error_code& error);
  void beat();

  async::executor home_;
  core::clock clock_;
  sender send_;
  observer failed_;
  // What the manager had no room for, oldest first.
  std::deque<std::string> waiting_;
  async::timer retry_;
  bool retries_ = false;
  bool stopping_ = false;

  async::io_pool* threads_ = nullptr;
  std::chrono::microseconds pause_{0};
  async::timer beat_;
  bool asked_ = false;  // the threads, and not all have answered
};

}  // namespace latchkey::programs
