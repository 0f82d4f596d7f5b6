#include "socket_bio.hpp"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

namespace latchkey::net {

using async::readiness;

namespace {

bool blocked() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

tls_wire& wire_of(BIO* bio) {
  return *static_cast<tls_wire*>(BIO_get_data(bio));
}

std::size_t read_buffered(tls_wire& wire, char* out, std::size_t size) {
  const auto count = std::min(size, wire.early.size() - wire.early_taken);
  std::memcpy(out, wire.early.data() + wire.early_taken, count);
  wire.early_taken += count;
  if (wire.early_taken == wire.early.size()) std::string{}.swap(wire.early);
  return count;
}

int read_socket(BIO* bio, char* out, std::size_t size, std::size_t* got) {
  auto& wire = wire_of(bio);
  BIO_clear_retry_flags(bio);
  if (!wire.budget.may_read()) {
    BIO_set_retry_read(bio);
    return 0;
  }
  if (!wire.early.empty()) {
    *got = read_buffered(wire, out, size);
    wire.budget.has_read(*got);
    return 1;
  }
  if (wire.waits_first && !wire.socket.is_ready(readiness::direction::read)) {
    BIO_set_retry_read(bio);
    return 0;
  }
  const auto count = receive(wire.socket, out, size);
  if (count > 0) {
    *got = static_cast<std::size_t>(count);
    wire.budget.has_read(*got);
    return 1;
  }
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  if (count >= 0) return 0;
  if (try_again()) {
    BIO_set_retry_read(bio);
  } else {
    wire.error = errno;
  }
  return 0;
}

// What is held in front of `bytes`, of which it gives how many went.
ssize_t send_behind_held(tls_wire& wire, const char* bytes, std::size_t size) {
  // The system only reads of them.
  std::array<::iovec, 2> pieces{
      {{wire.held.data(), wire.held.size()}, {const_cast<char*>(bytes), size}}};
  ::msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  const auto count = ::sendmsg(wire.socket.descriptor(), &message, MSG_NOSIGNAL);
  auto sent = static_cast<std::size_t>(std::max(count, ssize_t{0}));
  const auto of_held = std::min(sent, wire.held.size());
  wire.held.erase(0, of_held);
  if (wire.held.empty()) std::string{}.swap(wire.held);
  sent -= of_held;
  if (count >= 0 && (sent != 0 || size == 0)) return static_cast<ssize_t>(sent);
  // Where it has taken a part there is no room for more.
  if (count >= 0) errno = EAGAIN;
  if (blocked()) wire.socket.clear_ready(readiness::direction::write);
  if (!try_again()) std::string{}.swap(wire.held);
  return -1;
}

int write_socket(BIO* bio, const char* bytes, std::size_t size, std::size_t* put) {
  BIO_clear_retry_flags(bio);
  auto& wire = wire_of(bio);
  if (wire.holds) {
    wire.held.append(bytes, size);
    *put = size;
    return 1;
  }
  const auto count =
      wire.held.empty() ? send(wire.socket, bytes, size) : send_behind_held(wire, bytes, size);
  if (count >= 0) {
    *put = static_cast<std::size_t>(count);
    return 1;
  }
  if (try_again()) {
    BIO_set_retry_write(bio);
  } else {
    wire.error = errno;
  }
  return 0;
}

long control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
    default:
      return 0;
  }
}

struct method_deleter {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};
using method_ptr = std::unique_ptr<BIO_METHOD, method_deleter>;

method_ptr make_method() {
  method_ptr method{
      BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "non-blocking socket")};
  if (!method) throw std::bad_alloc{};
  BIO_meth_set_read_ex(method.get(), read_socket);
  BIO_meth_set_write_ex(method.get(), write_socket);
  BIO_meth_set_ctrl(method.get(), control);
  return method;
}

}  // namespace

ssize_t receive(readiness::entry& from, char* out, std::size_t size) {
  const auto count = ::recv(from.descriptor(), out, size, 0);
  if (count < 0 && blocked()) from.clear_ready(readiness::direction::read);
  if (count > 0 && static_cast<std::size_t>(count) < size) from.on_short_read();
  return count;
}

ssize_t send(readiness::entry& to, const char* bytes, std::size_t size) {
  const auto count = ::send(to.descriptor(), bytes, size, MSG_NOSIGNAL);
  if (count < 0 && blocked()) to.clear_ready(readiness::direction::write);
  return count;
}

bool send_held(tls_wire& wire) {
  if (!wire.held.empty()) send_behind_held(wire, nullptr, 0);
  return wire.held.empty();
}

bool try_again() {
  return blocked() || errno == EINTR;
}

BIO* make_socket_bio(tls_wire& wire) {
  static const method_ptr method = make_method();
  auto* bio = BIO_new(method.get());
  if (bio == nullptr) throw std::bad_alloc{};
  BIO_set_data(bio, &wire);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace latchkey::net
