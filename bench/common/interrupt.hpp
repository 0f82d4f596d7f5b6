// Ctrl-C (and SIGTERM, SIGHUP) as a flag that is polled between two steps of the work. Not for
// waiting.
#pragma once

#include <functional>

namespace latchkey::bench {

// Asked between two pieces of work of some milliseconds: whether to end.
using stop_request = std::function<bool()>;

// Blocks SIGINT, SIGTERM and SIGHUP (unless that is ignored) in this thread and those it starts
// from now on. Call it before any other thread is started.
void hold_interrupts();

// Whether one of them is pending.
bool interrupted();

}  // namespace latchkey::bench
