// What is counted of an upstream by one thread, for others to read. Not for adding up: who shows
// them does.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace latchkey::edge {

// Written by one thread, read by any.
class count {
 public:
  void add(std::uint64_t more = 1) {
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct upstream_counts {
  std::array<count, 6> answers;  // by the hundreds of the status; 0: none
  count connects;                // connections made
  count connect_failures;
  count reused;  // requests on a connection that had carried another
  count retries;
  count retries_denied;  // by the budget
  count refused;         // no place among those under way, or no address
  count timeouts;        // no answer in time
  count bad_answers;     // not HTTP, or ended too early
  count ejections;
  count cut_by_token;  // streams and tunnels
  count tunnels;
  count outstanding;    // now
  count waiting;        // now
  count idle;           // connections, now
  count healthy;        // addresses, now
  count addresses;      // now
  count connect_us;     // in all
  count first_byte_us;  // in all, from the beginning of the request
};

}  // namespace latchkey::edge
