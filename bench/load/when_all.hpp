// Runs several coroutines concurrently on one executor and waits for all of them. Does not cancel:
// each ends by its own deadlines.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>

#include <vector>

namespace latchkey::bench::load {

// Completes when all have completed; then rethrows the first exception, if any. `where` is the
// executor of the caller.
async::task<> when_all(async::executor where, std::vector<async::task<>> all);

// Ends at that time.
async::task<> sleep_until(async::executor where, core::steady_time at);
async::task<> sleep_for(async::executor where, core::steady_duration length);

}  // namespace latchkey::bench::load
