// The socket of sd_notify(3): datagrams to a service manager, each one or several lines of
// NAME=VALUE. Never waits. Not for when to send what: service_notifier.
#pragma once

#include <latchkey/core/result.hpp>

#include <sys/socket.h>
#include <sys/un.h>

#include <string>
#include <string_view>

namespace latchkey::programs {

class notify_socket {
 public:
  // `name` as in NOTIFY_SOCKET: an absolute path, or "@name" of an abstract socket. Throws
  // std::runtime_error that says why where it is neither, or no socket can be had.
  explicit notify_socket(std::string_view name);
  ~notify_socket();
  notify_socket(const notify_socket&) = delete;
  notify_socket& operator=(const notify_socket&) = delete;

  // try_again or no_buffer_space where the manager has not read what it was sent before.
  core::error_code send(std::string_view text) const;

 private:
  ::sockaddr_un to_{};
  ::socklen_t length_ = 0;
  int descriptor_ = -1;
};

// Fit for a value: one line, of at most `bytes`.
std::string one_line(std::string_view text, std::size_t bytes);

}  // namespace latchkey::programs
