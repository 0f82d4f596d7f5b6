// What a connection's TLS reads from and writes to. Not for plain connections.
#pragma once

#include <latchkey/async/readiness.hpp>
#include <latchkey/net/tls_budget.hpp>

#include <cstddef>
#include <string>

namespace latchkey::net {

struct tls_wire {
  async::readiness::entry& socket;
  // Read off the socket before there was an SSL object; comes first, and is let go once taken.
  std::string early{};
  std::size_t early_taken = 0;
  tls_budget budget{};
  // Nothing is read before the event loop has seen that there may be something.
  bool waits_first = false;
  // While `holds`, what is written stays here; it goes out in front of what is written next.
  bool holds = false;
  std::string held{};
  // The system's, of the last read or write that failed for good.
  int error = 0;
};

}  // namespace latchkey::net
