// Runs the development issuer on sockets until it is told to end. Not for what it answers: that is
// provider.
#pragma once

#include "issuer/cli.hpp"

#include <iosfwd>

namespace latchkey::issuer {

// Returns 0 once SIGTERM or SIGINT has ended it. Throws std::exception where it cannot start: a
// setting that is wrong, an address that cannot be had, plain http off loopback.
int serve(const serve_options& options, std::ostream& out);

}  // namespace latchkey::issuer
