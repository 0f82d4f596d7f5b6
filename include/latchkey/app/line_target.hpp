// Where the lines of a log end up: an open descriptor, a file that is rotated, the system's log.
// Used by one thread, line_writer's, which may wait here. Not for queues.
#pragma once

#include <latchkey/core/result.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::app {

class line_target {
 public:
  // How many bytes are out, and why not all: `error` is set exactly if some are not.
  struct outcome {
    std::size_t written = 0;
    core::error_code error;
  };

  virtual ~line_target() = default;

  // Writes whole lines, each with its end, and waits for a reader that is slow. After a failure
  // within a line the next call first ends that line, so that nothing is ever read as part of it.
  virtual outcome put(std::string_view lines) = 0;

  // Opens anew what stands under a name; if that fails, the old one stays in use.
  virtual core::error_code reopen() { return {}; }

  // For messages: "standard output", "the log file /var/log/latchkey.log".
  virtual std::string name() const = 0;

  // True if each line begins with a digit, its spdlog::level::level_enum.
  virtual bool takes_levels() const { return false; }
};

// Writes to a descriptor that is not owned; it may be non-blocking. SIGPIPE must be ignored.
std::unique_ptr<line_target> descriptor_target(int descriptor, std::string name);

struct log_file_settings {
  std::filesystem::path path;
  std::size_t max_bytes = 0;  // no file grows beyond it, except by one line; 0: no rotation
  std::size_t count = 0;      // how many old files are kept: path.1 is the youngest
};

// Appends to a file, made with mode 0640 less the umask. A file that is full is renamed to path.1,
// path.1 to path.2 and so on; if that cannot be done lines are refused, for the bound holds. What
// is not a regular file is never rotated. Throws std::runtime_error if it cannot be opened.
std::unique_ptr<line_target> file_target(log_file_settings settings);

// Hands lines to syslog(3) as "latchkey", facility daemon. What the system's log does with them is
// not known here. Throws std::runtime_error if nothing listens at /dev/log. At most one in a
// process, since syslog(3) has one connection.
std::unique_ptr<line_target> syslog_target();

}  // namespace latchkey::app
