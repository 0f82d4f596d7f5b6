// What every command of latchkey-bench is given of the process it runs in: streams, clock, Ctrl-C.
// Not for its options.
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
