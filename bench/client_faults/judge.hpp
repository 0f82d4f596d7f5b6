// Whether the requirements hold beside misbehaving clients, decided from recorded responses: pure
// functions. Not for measuring.
#pragma once

#include "load/sample.hpp"

#include <latchkey/core/time.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace latchkey::bench::client_faults {

// What a machine that does other things, too, may add to a latency.
inline constexpr std::chrono::milliseconds noise{50};

// The most that a well-behaved client's 99th percentile may be beside bad ones: twice what it is
// alone, and the noise.
core::steady_duration max_tail(core::steady_duration alone);

// The 99th percentile of the answers' latencies; of none it is endless.
core::steady_duration tail_of(std::span<const load::sample> samples);
// There are requests, and each was answered with 200.
bool all_right(std::span<const load::sample> samples);

// What is required of the bad clients' own connections, beside that others do not feel them.
struct own_bounds {
  std::optional<std::chrono::milliseconds> longest;  // that one lives, or waits for its answer
  bool all_answered = false;                         // with the answer that is right
};
struct own_figures {
  std::uint64_t connections = 0;
  std::uint64_t answered = 0;
  std::chrono::milliseconds longest{};
};
// `connections` may include one of each client that is still waiting: `waiting`.
bool own_hold(const own_figures& seen, const own_bounds& wanted, std::uint64_t waiting);

}  // namespace latchkey::bench::client_faults
