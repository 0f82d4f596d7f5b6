#include "run/body.hpp"

#include "run/tokens.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace latchkey::bench::run {
namespace {

constexpr int poll_interval = 50;  // milliseconds

class input {
 public:
  explicit input(const std::string& path)
      : name_{path == "-" ? "standard input" : path},
        descriptor_{path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)},
        owned_{path != "-"} {
    if (descriptor_ < 0) fail();
  }
  ~input() {
    if (owned_) ::close(descriptor_);
  }
  input(const input&) = delete;
  input& operator=(const input&) = delete;

  std::string read_all(const std::function<bool()>& goes_on) {
    std::string all;
    std::array<char, 65536> piece;
    for (;;) {
      await(goes_on);
      const auto got = ::read(descriptor_, piece.data(), piece.size());
      if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
      if (got < 0) fail();
      if (got == 0) return all;
      all.append(piece.data(), static_cast<std::size_t>(got));
      if (all.size() > max_request_body) {
        throw std::runtime_error{"--body: " + name_ + " is larger than 64 MiB"};
      }
    }
  }

 private:
  [[noreturn]] void fail() const {
    throw std::runtime_error{"--body: " + name_ + ": " + std::generic_category().message(errno)};
  }

  void await(const std::function<bool()>& goes_on) const {
    ::pollfd one{descriptor_, POLLIN, 0};
    while (::poll(&one, 1, poll_interval) == 0) {
      if (!goes_on()) throw stopped_before{};
    }
  }

  std::string name_;
  int descriptor_;
  bool owned_;
};

}  // namespace

std::string read_body(const std::string& given, const std::function<bool()>& goes_on) {
  if (!given.starts_with('@')) return given;
  const auto path = given.substr(1);
  if (path.starts_with('@')) return path;
  if (path.empty()) throw std::runtime_error{"--body @: which file?"};
  return input{path}.read_all(goes_on);
}

}  // namespace latchkey::bench::run
