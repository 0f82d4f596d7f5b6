// Ctrl-C as a question that is asked between two steps of the work. Not for waiting.
#pragma once

#include <functional>

namespace latchkey::bench {

// Asked between two pieces of work of some milliseconds: whether to end.
using stop_request = std::function<bool()>;

// Holds SIGINT and SIGTERM back, in this thread and those it starts from now on. To be called
// before any other thread is started.
void hold_interrupts();

// Whether one of them has been sent since then.
bool interrupted();

}  // namespace latchkey::bench
