// One line that tells a person at a terminal how far the work is. Not for logs: where nobody looks
// on, nothing is written.
#pragma once

#include <iosfwd>
#include <string_view>

namespace latchkey::bench {

// Used by one thread. The line is taken away when the object goes.
class progress {
 public:
  // `out` outlives the object; where `shown` is false nothing is written to it.
  progress(std::ostream& out, bool shown);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  // In place of what was said before. ASCII, at most a line.
  void say(std::string_view text);
  void clear();

 private:
  std::ostream& out_;
  bool shown_;
  bool written_ = false;
};

}  // namespace latchkey::bench
