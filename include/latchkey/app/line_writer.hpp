// Writes lines to a target from a thread of its own, so that whoever logs never waits for whoever
// reads: lines that find no room are dropped and counted. Many lines leave in one write, a few
// milliseconds late. Not for what must not be lost.
#pragma once

#include <latchkey/app/line_target.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace latchkey::app {

// Lines that nobody will read, since the beginning.
struct lost_lines {
  std::uint64_t no_room = 0;  // the reader was slower than the lines came
  std::uint64_t failed = 0;   // they could not be written

  bool operator==(const lost_lines&) const = default;
};

class line_writer {
 public:
  struct settings {
    std::size_t bound = 4 * 1024 * 1024;  // bytes waiting at most
    // Makes the line that tells of that many lost ones, written once lines can be again.
    std::function<std::string(std::uint64_t)> lost;
    // Told why lines cannot be written, in a sentence: at the first failure, and again after a
    // minute at the earliest. Called on the writer's thread.
    std::function<void(const std::string&)> complain;
  };

  line_writer(std::unique_ptr<line_target> target, settings how);
  // Gives the lines that wait a second to be written, no more.
  ~line_writer();
  line_writer(const line_writer&) = delete;
  line_writer& operator=(const line_writer&) = delete;

  // Any thread; adds the line's end. Waits for nothing but a short lock. `level` is a digit where
  // the target takes levels, else unused.
  void write(std::string_view line, char level = 0);

  // True once all that was written before is with the system, or lost; false if that takes longer.
  bool flush(std::chrono::milliseconds patience);

  // Any thread; has the target opened anew, soon.
  void reopen();

  // Any thread.
  lost_lines lost() const;

 private:
  struct state;
  std::shared_ptr<state> state_;
};

// Writes "latchkey: WHAT" to standard error, for `complain`.
void complain_on_stderr(const std::string& what);

}  // namespace latchkey::app
