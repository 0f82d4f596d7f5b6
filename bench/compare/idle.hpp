// What an idle connection costs a server: many are opened, each asks once and then keeps silent.
// Not for load.
#pragma once

#include "compare/field.hpp"

#include <vector>

namespace latchkey::bench::compare {

// Bytes by which the server's resident memory grows with each connection. Of a server that has just
// been started, which is then ended: one that has been under load has memory to spare.
async::task<double> idle_connection_bytes(field& on, contender which, unsigned connections);

}  // namespace latchkey::bench::compare
