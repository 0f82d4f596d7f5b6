// The environment of a command of latchkey-bench: output streams, clock, and whether Ctrl-C was
// pressed. Not for its options.
#pragma once

#include "common/interrupt.hpp"

#include <latchkey/core/time.hpp>

#include <iosfwd>

namespace latchkey::bench {

struct command_env {
  std::ostream& out;         // the report
  std::ostream& err;         // progress and complaints
  bool is_terminal = false;  // of `err`: a line may be written over
  core::clock clock;
  stop_request stop;
};

}  // namespace latchkey::bench
