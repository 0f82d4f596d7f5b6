#include "key_file.hpp"

#include <latchkey/auth/errc.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

namespace latchkey::auth {
namespace {

class descriptor {
 public:
  explicit descriptor(const std::filesystem::path& file)
      : number_{::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)} {}
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;

  int number() const { return number_; }

 private:
  int number_;
};

std::string text_of(const ::timespec& when) {
  return std::to_string(when.tv_sec) + '.' + std::to_string(when.tv_nsec);
}

// Nothing for what is not a regular file, or larger than that.
std::optional<std::string> identity(int file, std::size_t max_bytes) {
  struct ::stat seen{};
  if (::fstat(file, &seen) != 0 || !S_ISREG(seen.st_mode)) return std::nullopt;
  if (seen.st_size < 0 || static_cast<std::uintmax_t>(seen.st_size) > max_bytes) {
    return std::nullopt;
  }
  return std::to_string(seen.st_dev) + ' ' + std::to_string(seen.st_ino) + ' ' +
         std::to_string(seen.st_size) + ' ' + text_of(seen.st_mtim) + ' ' + text_of(seen.st_ctim);
}

std::optional<std::string> read_all(int file, std::size_t max_bytes) {
  std::string text;
  std::string piece(std::size_t{16} * 1024, '\0');
  for (;;) {
    const auto count = ::read(file, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return text;
    const auto size = static_cast<std::size_t>(count);
    if (size > max_bytes - text.size()) return std::nullopt;
    text.append(piece, 0, size);
  }
}

}  // namespace

core::result<http::fetched> read_key_file(const std::filesystem::path& file, std::size_t max_bytes,
                                          std::string_view etag) {
  const descriptor opened{file};
  if (opened.number() < 0) return errc::key_file;
  auto before = identity(opened.number(), max_bytes);
  if (!before) return errc::key_file;
  http::fetched response;
  if (*before == etag) {
    response.status = 304;
    response.etag = std::move(*before);
    return response;
  }
  auto text = read_all(opened.number(), max_bytes);
  // A mixture of two versions must not be used.
  if (!text || identity(opened.number(), max_bytes) != before) return errc::key_file;
  response.status = 200;
  response.body = std::move(*text);
  response.etag = std::move(*before);
  return response;
}

}  // namespace latchkey::auth
