#include "socket_bio.hpp"

#include <sys/socket.h>

#include <algorithm>
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

int write_socket(BIO* bio, const char* bytes, std::size_t size, std::size_t* put) {
  BIO_clear_retry_flags(bio);
  auto& wire = wire_of(bio);
  const auto count = send(wire.socket, bytes, size);
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
