#include "load/record_bio.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <new>

namespace latchkey::bench::load {
namespace {

record_buffer& records_of(BIO* bio) {
  return *static_cast<record_buffer*>(BIO_get_data(bio));
}

int read_records(BIO* bio, char* out, std::size_t size, std::size_t* got) {
  BIO_clear_retry_flags(bio);
  auto& records = records_of(bio);
  *got = records.take({out, size});
  if (*got != 0) return 1;
  if (!records.at_end()) BIO_set_retry_read(bio);
  return 0;
}

int write_socket(BIO* bio, const char* bytes, std::size_t size, std::size_t* put) {
  BIO_clear_retry_flags(bio);
  // A peer that has gone is an error of this write, not a signal to the process.
  const auto count = ::send(records_of(bio).socket(), bytes, size, MSG_NOSIGNAL);
  if (count >= 0) {
    *put = static_cast<std::size_t>(count);
    return 1;
  }
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) BIO_set_retry_write(bio);
  return 0;
}

long control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_FLUSH) return 1;
  if (command == BIO_CTRL_EOF) return records_of(bio).at_end() ? 1 : 0;
  return 0;
}

struct method_deleter {
  void operator()(BIO_METHOD* method) const { BIO_meth_free(method); }
};
using method_ptr = std::unique_ptr<BIO_METHOD, method_deleter>;

method_ptr make_method() {
  method_ptr method{BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "records")};
  if (!method) throw std::bad_alloc{};
  BIO_meth_set_read_ex(method.get(), read_records);
  BIO_meth_set_write_ex(method.get(), write_socket);
  BIO_meth_set_ctrl(method.get(), control);
  return method;
}

}  // namespace

std::span<char> record_buffer::space() {
  if (storage_.empty()) storage_.resize(bytes);
  if (begin_ != 0) std::memmove(storage_.data(), storage_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  return std::span{storage_}.subspan(end_);
}

void record_buffer::filled(std::size_t count) {
  end_ += count;
}

std::size_t record_buffer::take(std::span<char> out) {
  const auto count = std::min(out.size(), end_ - begin_);
  if (count != 0) std::memcpy(out.data(), storage_.data() + begin_, count);
  begin_ += count;
  return count;
}

void record_buffer::reset(int socket) {
  begin_ = end_ = 0;
  ended_ = certificate_asked_ = false;
  socket_ = socket;
}

BIO* make_record_bio(record_buffer& records) {
  static const method_ptr method = make_method();
  auto* bio = BIO_new(method.get());
  if (bio == nullptr) throw std::bad_alloc{};
  BIO_set_data(bio, &records);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace latchkey::bench::load
