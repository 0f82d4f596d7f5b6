#include <latchkey/core/category.hpp>
#include <latchkey/core/file.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace latchkey::core {
namespace {

error_code last_error() {
  return {errno, boost::system::system_category()};
}

std::int64_t nanoseconds(const ::timespec& at) {
  constexpr std::int64_t a_second = 1'000'000'000;
  return std::int64_t{at.tv_sec} * a_second + at.tv_nsec;
}

file_mark mark_from(const struct ::stat& seen) {
  return {seen.st_dev, seen.st_ino, static_cast<std::uint64_t>(seen.st_size),
          nanoseconds(seen.st_mtim), nanoseconds(seen.st_ctim)};
}

error_code fault_of_kind(::mode_t mode, bool pipes) {
  if (S_ISREG(mode) || (pipes && S_ISFIFO(mode))) return {};
  if (S_ISDIR(mode)) return file_errc::folder;
  if (S_ISFIFO(mode)) return file_errc::pipe;
  return S_ISSOCK(mode) ? file_errc::socket : file_errc::device;
}

}  // namespace

const boost::system::error_category& file_category() {
  static const category<file_errc, reason> instance{"latchkey.file"};
  return instance;
}

error_code make_error_code(file_errc value) {
  return {static_cast<int>(value), file_category()};
}

std::string_view reason(file_errc value) {
  switch (value) {
    case file_errc::folder:
      return "not a file, but a folder";
    case file_errc::pipe:
      return "not a file, but a pipe";
    case file_errc::device:
      return "not a file, but a device";
    case file_errc::socket:
      return "not a file, but a socket";
    case file_errc::too_large:
      return "larger than it may be";
    case file_errc::changed:
      return "being changed";
    case file_errc::stopped:
      return "no longer wanted";
  }
  return "unknown";
}

std::string fault_of_file(const error_code& why) {
  if (why.category() == file_category()) return "is " + why.message();
  if (why == boost::system::errc::no_such_file_or_directory) return "does not exist";
  if (why == boost::system::errc::permission_denied) return "cannot be read by this user";
  return "cannot be read: " + why.message();
}

file_mark mark_of(const std::filesystem::path& file) {
  struct ::stat seen{};
  if (::stat(file.c_str(), &seen) != 0) return {};
  return mark_from(seen);
}

result<open_file> open_file::open(const std::filesystem::path& file, bool pipes) {
  // To open a device may do something to it, and a socket cannot be opened: what has such a name is
  // left alone.
  struct ::stat seen{};
  if (::stat(file.c_str(), &seen) != 0) return last_error();
  if (const auto fault = fault_of_kind(seen.st_mode, pipes)) return fault;
  // The name may lead to something else by now, for which nobody waits either.
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (descriptor < 0) return last_error();
  open_file made{descriptor};
  if (::fstat(descriptor, &seen) != 0) return last_error();
  if (const auto fault = fault_of_kind(seen.st_mode, pipes)) return fault;
  return made;
}

open_file::open_file(open_file&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)} {}

open_file::~open_file() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

result<file_mark> open_file::mark() const {
  struct ::stat seen{};
  if (::fstat(descriptor_, &seen) != 0) return last_error();
  return mark_from(seen);
}

// A pipe that nobody has opened for writing yet is not at its end, as a read would have it.
error_code open_file::await_bytes(const stop_check& stopped) const {
  constexpr int look_pause = 50;  // milliseconds
  ::pollfd one{descriptor_, POLLIN, 0};
  for (;;) {
    if (is_stopped(stopped)) return file_errc::stopped;
    const int ready = ::poll(&one, 1, stopped ? look_pause : -1);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return last_error();
  }
}

result<std::string> open_file::read(std::size_t max_bytes, const stop_check& stopped) {
  constexpr std::size_t least = std::size_t{4} * 1024;
  const auto seen = mark();
  // All of it in one go, where it stays as long as it is.
  const auto step = std::max<std::size_t>(seen ? seen->bytes + 1 : 0, least);
  std::string text;
  for (;;) {
    if (const auto fault = await_bytes(stopped)) return fault;
    const auto size = text.size();
    // One byte more than may be, by which a larger file is known.
    text.resize(size + std::min(step, max_bytes - size + 1));
    const auto count = ::read(descriptor_, text.data() + size, text.size() - size);
    const auto failure = last_error();
    text.resize(size + static_cast<std::size_t>(std::max<::ssize_t>(count, 0)));
    if (count == 0) {
      text.shrink_to_fit();
      return text;
    }
    if (text.size() > max_bytes) return file_errc::too_large;
    if (count < 0 && failure != boost::system::errc::interrupted &&
        failure != boost::system::errc::resource_unavailable_try_again) {
      return failure;
    }
  }
}

result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes) {
  auto opened = open_file::open(file);
  if (opened.has_error()) return opened.error();
  return opened->read(max_bytes);
}

}  // namespace latchkey::core
