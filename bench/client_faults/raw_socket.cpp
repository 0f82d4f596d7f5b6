#include "client_faults/raw_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <poll.h>
#include <system_error>
#include <unistd.h>

namespace latchkey::bench::client_faults {
namespace {

constexpr int smallest_buffer = 1;  // the system makes it its least

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

bool is_ready(int socket, short events, std::chrono::milliseconds wait) {
  ::pollfd one{socket, events, 0};
  return ::poll(&one, 1, static_cast<int>(wait.count())) > 0;
}

}  // namespace

raw_socket::raw_socket(std::uint16_t port, bool small)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  if (socket_ < 0) fail("socket");
  if (small) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &smallest_buffer, sizeof smallest_buffer);
  }
  ::sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const ::sockaddr*>(&to), sizeof to) != 0) {
    ::close(socket_);
    fail("connect");
  }
  const int enabled = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &enabled, sizeof enabled);
}

raw_socket::~raw_socket() {
  ::close(socket_);
}

std::size_t raw_socket::send(std::string_view bytes) {
  if (ended_ || !is_ready(socket_, POLLOUT, max_wait)) return 0;
  const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count >= 0) return static_cast<std::size_t>(count);
  if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) ended_ = true;
  return 0;
}

std::size_t raw_socket::receive(std::span<char> into, std::chrono::milliseconds wait) {
  if (ended_ || !is_ready(socket_, POLLIN, wait)) return 0;
  const auto count = ::recv(socket_, into.data(), into.size(), MSG_DONTWAIT);
  if (count > 0) return static_cast<std::size_t>(count);
  if (count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) ended_ = true;
  return 0;
}

void raw_socket::drop_received() {
  std::array<char, 16 * 1024> sink;
  while (receive(sink, std::chrono::milliseconds{0}) == sink.size()) {
  }
}

void raw_socket::reset() {
  const ::linger at_once{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ended_ = true;
}

bool send_all(raw_socket& to, std::string_view bytes, std::chrono::milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  while (!bytes.empty() && !to.has_ended()) {
    bytes.remove_prefix(to.send(bytes));
    if (std::chrono::steady_clock::now() >= until) break;
  }
  return bytes.empty();
}

}  // namespace latchkey::bench::client_faults
