#include "common/progress.hpp"

#include <ostream>

namespace latchkey::bench {
namespace {

// Back to the start of the line, and empty to its end.
constexpr std::string_view empty_line = "\r\x1b[K";

}  // namespace

progress::progress(std::ostream& out, bool shown) : out_{out}, shown_{shown} {}

progress::~progress() {
  clear();
}

void progress::say(std::string_view text) {
  if (!shown_) return;
  out_ << empty_line << text << std::flush;
  written_ = true;
}

void progress::clear() {
  if (written_) out_ << empty_line << std::flush;
  written_ = false;
}

}  // namespace latchkey::bench
