#include "socket_bio.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <new>

namespace latchkey::net {
namespace {

int socket_of(BIO* bio) {
  // The descriptor is kept in the pointer itself; there is nothing to own.
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool again() {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

int read_socket(BIO* bio, char* out, std::size_t size, std::size_t* got) {
  BIO_clear_retry_flags(bio);
  const auto count = ::recv(socket_of(bio), out, size, 0);
  if (count > 0) {
    *got = static_cast<std::size_t>(count);
    return 1;
  }
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  if (count < 0 && again()) BIO_set_retry_read(bio);
  return 0;
}

int write_socket(BIO* bio, const char* bytes, std::size_t size, std::size_t* put) {
  BIO_clear_retry_flags(bio);
  const auto count = ::send(socket_of(bio), bytes, size, MSG_NOSIGNAL);
  if (count >= 0) {
    *put = static_cast<std::size_t>(count);
    return 1;
  }
  if (again()) BIO_set_retry_write(bio);
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

BIO* make_socket_bio(int socket) {
  static const method_ptr method = make_method();
  auto* bio = BIO_new(method.get());
  if (bio == nullptr) throw std::bad_alloc{};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): never followed, only turned back into the number
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace latchkey::net
