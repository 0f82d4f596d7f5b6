// Whether every thread of a pool still turns. Not for how fast: a thread that is busy answers late,
// one that hangs never does.
#pragma once

#include <latchkey/async/io_pool.hpp>

#include <functional>

namespace latchkey::async {

// Calls `alive` on `home` once each thread of the pool has come to a handler that is queued now.
// Where one of them hangs, it is not called until that one goes on; where the pool or `home` ends
// before, never.
void heartbeat(io_pool& pool, const executor& home, std::function<void()> alive);

}  // namespace latchkey::async
