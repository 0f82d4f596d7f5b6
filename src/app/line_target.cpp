#include <latchkey/app/line_target.hpp>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace latchkey::app {
namespace {

core::error_code last_error() {
  return {errno, boost::system::system_category()};
}

void await_room(int descriptor) {
  constexpr int for_ever = -1;
  ::pollfd wanted{descriptor, POLLOUT, 0};
  ::poll(&wanted, 1, for_ever);
}

line_target::outcome write_all(int descriptor, std::string_view bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto size = ::write(descriptor, bytes.data() + done, bytes.size() - done);
    if (size > 0) {
      done += static_cast<std::size_t>(size);
    } else if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      await_room(descriptor);
    } else if (size == 0 || errno != EINTR) {
      return {done,
              size == 0 ? core::error_code{EIO, boost::system::system_category()} : last_error()};
    }
  }
  return {done, {}};
}

// Knows whether the last line has its end.
class line_end {
 public:
  line_target::outcome put(int descriptor, std::string_view lines) {
    if (broken_) {
      if (const auto ended = write_all(descriptor, "\n"); ended.error) return {0, ended.error};
      broken_ = false;
    }
    const auto got = write_all(descriptor, lines);
    broken_ = got.error && got.written > 0 && lines[got.written - 1] != '\n';
    return got;
  }
  // Another file begins.
  void forget() { broken_ = false; }

 private:
  bool broken_ = false;
};

class to_descriptor final : public line_target {
 public:
  to_descriptor(int descriptor, std::string name)
      : descriptor_{descriptor}, name_{std::move(name)} {}

  outcome put(std::string_view lines) override { return end_.put(descriptor_, lines); }
  std::string name() const override { return name_; }

 private:
  int descriptor_;
  std::string name_;
  line_end end_;
};

class descriptor_owner {
 public:
  explicit descriptor_owner(int descriptor = -1) : descriptor_{descriptor} {}
  ~descriptor_owner() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  descriptor_owner(descriptor_owner&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, -1)} {}
  descriptor_owner& operator=(descriptor_owner&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  int get() const { return descriptor_; }
  bool valid() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

// Not blocking, or opening a pipe without a reader would wait for one.
descriptor_owner open_to_append(const std::filesystem::path& path) {
  constexpr int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  return descriptor_owner{::open(path.c_str(), flags, 0640)};
}

// Where the file itself is, behind links; nothing where the name is that of an open descriptor,
// such as /dev/stdout: what is written there stays, whatever is renamed.
std::optional<std::filesystem::path> behind_links(std::filesystem::path path) {
  constexpr int most = 40;  // as the system itself follows
  for (int i = 0; i < most && !path.string().starts_with("/proc/"); ++i) {
    std::error_code error;
    const auto next = std::filesystem::read_symlink(path, error);
    if (error) return path;
    path = path.parent_path() / next;
  }
  return std::nullopt;
}

class to_file final : public line_target {
 public:
  explicit to_file(log_file_settings settings)
      : settings_{std::move(settings)}, file_{open_to_append(settings_.path)} {
    if (!file_.valid()) {
      throw std::runtime_error{"cannot open " + name() + ": " + last_error().message()};
    }
  }

  outcome put(std::string_view lines) override {
    std::size_t done = 0;
    while (done < lines.size()) {
      const auto rest = lines.substr(done);
      const auto fits = what_fits(rest);
      if (fits == 0) {
        if (const auto error = rotate()) return {done, error};
        continue;
      }
      const auto got = end_.put(file_.get(), rest.substr(0, fits));
      done += got.written;
      if (got.error) return {done, got.error};
    }
    return {done, {}};
  }

  core::error_code reopen() override {
    auto opened = open_to_append(settings_.path);
    if (!opened.valid()) return last_error();
    file_ = std::move(opened);
    end_.forget();
    return {};
  }

  std::string name() const override { return "the log file " + settings_.path.string(); }

 private:
  static std::filesystem::path old(std::filesystem::path path, std::size_t number) {
    path += "." + std::to_string(number);
    return path;
  }

  // Bytes of whole lines that may still go into this file; 0: none, another must be begun.
  std::size_t what_fits(std::string_view lines) const {
    struct ::stat now{};
    const bool rotates = settings_.max_bytes != 0 && movable_;
    if (!rotates || ::fstat(file_.get(), &now) != 0 || !S_ISREG(now.st_mode)) {
      return lines.size();
    }
    // Others may write to it as well, or have cut it.
    const auto size = static_cast<std::size_t>(now.st_size);
    const auto room = settings_.max_bytes - std::min(settings_.max_bytes, size);
    if (lines.size() <= room) return lines.size();
    const auto end = room == 0 ? lines.npos : lines.rfind('\n', room - 1);
    if (end != lines.npos) return end + 1;
    // A line that no file has room for has one of its own.
    return size == 0 ? lines.find('\n') + 1 : 0;
  }

  core::error_code rotate() {
    // Somebody else, or an attempt that could not open the new file, may have moved it already.
    if (is_named()) {
      // A link stays, and goes on naming the place that it was made for.
      const auto path = behind_links(settings_.path).value_or(settings_.path);
      for (auto i = settings_.count; i > 1; --i) {
        const auto error = move(old(path, i - 1), old(path, i));
        if (error && error.value() != ENOENT) return error;
      }
      const auto error = settings_.count == 0 ? remove(path) : move(path, old(path, 1));
      if (error) return error;
    }
    return reopen();
  }

  // True if the open file is the one of that name.
  bool is_named() const {
    struct ::stat open{};
    struct ::stat named{};
    return ::fstat(file_.get(), &open) == 0 && ::stat(settings_.path.c_str(), &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
  }

  static core::error_code move(const std::filesystem::path& from, const std::filesystem::path& to) {
    return ::rename(from.c_str(), to.c_str()) == 0 ? core::error_code{} : last_error();
  }
  static core::error_code remove(const std::filesystem::path& path) {
    return ::unlink(path.c_str()) == 0 ? core::error_code{} : last_error();
  }

  log_file_settings settings_;
  bool movable_ = behind_links(settings_.path).has_value();
  descriptor_owner file_;
  line_end end_;
};

}  // namespace

std::unique_ptr<line_target> descriptor_target(int descriptor, std::string name) {
  return std::make_unique<to_descriptor>(descriptor, std::move(name));
}

std::unique_ptr<line_target> file_target(log_file_settings settings) {
  return std::make_unique<to_file>(std::move(settings));
}

}  // namespace latchkey::app
