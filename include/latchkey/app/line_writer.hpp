// Writes lines to a descriptor from a thread of its own, so that whoever logs never waits for
// whoever reads: lines that find no room are dropped and counted. Many lines leave in one write, a
// few milliseconds late. Not for what must not be lost.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace latchkey::app {

class line_writer {
 public:
  // Keeps at most `bound` bytes waiting. `lost` makes the line that tells of dropped ones. The
  // descriptor is not owned; a pipe without a reader loses lines, which takes SIGPIPE ignored.
  line_writer(int descriptor, std::size_t bound, std::function<std::string(std::size_t)> lost);
  // Gives the lines that wait a second to be written, no more.
  ~line_writer();
  line_writer(const line_writer&) = delete;
  line_writer& operator=(const line_writer&) = delete;

  // Any thread; adds the line's end. Waits for nothing but a short lock.
  void write(const std::string& line);

  // True once all that was written before is with the system; false if that takes longer.
  bool flush(std::chrono::milliseconds patience);

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace latchkey::app
