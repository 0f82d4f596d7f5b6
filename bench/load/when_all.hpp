// Several coroutines at once on one executor, and the wait for all of them. Not for cancelling:
// each ends by its own deadlines.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>

#include <vector>

namespace latchkey::bench::load {

// Ends when all have ended; then throws the first of their exceptions, if any. The executor is that
// of the caller.
async::task<> when_all(async::executor where, std::vector<async::task<>> all);

// Ends at that time.
async::task<> sleep_until(async::executor where, core::steady_time at);
async::task<> sleep_for(async::executor where, core::steady_duration length);

}  // namespace latchkey::bench::load
