#include "notify_socket.hpp"

#include <latchkey/core/ascii.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <unistd.h>

namespace latchkey::programs {

notify_socket::notify_socket(std::string_view name) {
  const bool abstract = name.starts_with('@');
  if (!abstract && !name.starts_with('/')) {
    throw std::runtime_error{"NOTIFY_SOCKET is neither an absolute path nor @ and a name"};
  }
  // A path ends with a zero byte, an abstract name with the length.
  if (name.size() < 2 || name.size() + (abstract ? 0 : 1) > sizeof to_.sun_path) {
    throw std::runtime_error{"NOTIFY_SOCKET is no name that a socket can have"};
  }
  to_.sun_family = AF_UNIX;
  std::memcpy(to_.sun_path, name.data(), name.size());
  if (abstract) to_.sun_path[0] = '\0';
  length_ = static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + name.size() +
                                     (abstract ? 0 : 1));
  descriptor_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor_ < 0) {
    throw std::runtime_error{std::string{"no socket can be had to notify the service manager: "} +
                             std::strerror(errno)};
  }
}

notify_socket::~notify_socket() {
  ::close(descriptor_);
}

core::error_code notify_socket::send(std::string_view text) const {
  const auto sent =
      ::sendto(descriptor_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
               // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): as sendto has it
               reinterpret_cast<const ::sockaddr*>(&to_), length_);
  if (sent < 0) return {errno, boost::system::system_category()};
  return {};
}

std::string one_line(std::string_view text, std::size_t bytes) {
  std::string made{text.substr(0, bytes)};
  std::replace_if(made.begin(), made.end(), core::is_control, ' ');
  return made;
}

}  // namespace latchkey::programs
