// A status line on a terminal, overwritten in place. Not for logs: nothing is written if the output
// is no terminal.
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

  // Replaces the line shown. ASCII, without line feeds.
  void say(std::string_view text);
  void clear();

 private:
  std::ostream& out_;
  bool shown_;
  bool written_ = false;
};

}  // namespace latchkey::bench
