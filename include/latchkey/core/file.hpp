// Reads the files that a configuration names: regular ones alone, with a bound on their size, and
// without waiting for whoever might write into a pipe. Not for writing, nor for what a text means.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/core/stop.hpp>

#include <boost/system/error_category.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>

namespace latchkey::core {

// Why a file was not read, where the system had no error.
enum class file_errc : std::uint8_t {
  folder = 1,
  pipe,
  device,
  socket,
  too_large,
  changed,  // while it was read
  stopped,  // nobody wants it any more
};

const boost::system::error_category& file_category();
error_code make_error_code(file_errc value);
// What is to be said behind "it is": "not a file, but a pipe". Static storage.
std::string_view reason(file_errc value);

// What is to be said behind the name of a file, of an error of any function here: "does not exist",
// "is not a file, but a pipe", "cannot be read by this user".
std::string fault_of_file(const error_code& why);

// What tells one content of a file from another, as far as the system knows.
struct file_mark {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified = 0;  // nanoseconds
  std::int64_t changed = 0;   // nanoseconds

  bool operator==(const file_mark&) const = default;
};

// Of what `file` leads to; all 0 where that is nothing. Opens nothing.
file_mark mark_of(const std::filesystem::path& file);

// A regular file, open for reading. What is read is what was found to be one: the name may lead
// elsewhere meanwhile.
class open_file {
 public:
  // Symbolic links are followed. A file_errc for what is no regular file, else an error of the
  // system. `pipes`: take a pipe as well.
  static result<open_file> open(const std::filesystem::path& file, bool pipes = false);
  open_file(open_file&& other) noexcept;
  open_file& operator=(open_file&&) = delete;
  ~open_file();

  result<file_mark> mark() const;
  // From where the last call ended; file_errc::too_large behind `max_bytes`. Waits for nothing but
  // the disk; at a pipe for its writers, until they have closed it or `stopped` says so.
  result<std::string> read(std::size_t max_bytes, const stop_check& stopped = {});

 private:
  explicit open_file(int descriptor) : descriptor_{descriptor} {}
  error_code await_bytes(const stop_check& stopped) const;

  int descriptor_;
};

// The whole of a regular file. Errors as above.
result<std::string> read_file(const std::filesystem::path& file, std::size_t max_bytes);

}  // namespace latchkey::core

template <>
struct boost::system::is_error_code_enum<latchkey::core::file_errc> : std::true_type {};
