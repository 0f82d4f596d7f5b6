// What is counted of an upstream by one thread, for others to read. Not for adding up: who shows
// them does.
#pragma once

#include <latchkey/core/counter.hpp>

#include <array>

namespace latchkey::edge {

struct upstream_counts {
  std::array<core::counter, 6> answers;  // by the hundreds of the status; 0: not used
  core::counter connects;                // connections made
  core::counter connect_failures;
  core::counter reused;  // requests on a connection that had carried another
  core::counter retries;
  core::counter refused;      // no place among those under way, or no address
  core::counter timeouts;     // no answer in time
  core::counter bad_answers;  // not HTTP, or ended too early
  core::counter ejections;
  core::counter cut_by_token;  // streams and tunnels
  core::counter tunnels;
  core::counter outstanding;    // now
  core::counter waiting;        // now
  core::counter idle;           // connections, now
  core::counter healthy;        // addresses, now
  core::counter addresses;      // now
  core::counter connect_us;     // in all
  core::counter first_byte_us;  // in all, from the beginning of the request
};

}  // namespace latchkey::edge
