// What the sockets of one thread wait by, in one place: their readiness and their deadlines. Not
// for waiting itself: the two parts do that.
#pragma once

#include <latchkey/async/coarse_timers.hpp>
#include <latchkey/async/readiness.hpp>
#include <latchkey/async/task.hpp>

namespace latchkey::async {

// Lives on `where`, like all that waits by it. What still waits when it ends is destroyed with it.
struct socket_waits {
  // Throws boost::system::system_error where there are no two descriptors left for it.
  explicit socket_waits(executor home) : where{home}, ready{home}, timers{home} {}

  executor where;
  readiness ready;
  coarse_timers timers;
};

// Those of the io_context that `where` belongs to: made at the first call and destroyed with the
// context, for code that is handed nothing but an executor. What waits by one that it owned itself
// would never be destroyed where the context ends first. To be called on `where`. Throws as above;
// a later call tries again.
socket_waits& socket_waits_of(const executor& where);

}  // namespace latchkey::async
