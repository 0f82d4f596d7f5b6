// The options of `latchkey-bench soak`. Not for parsing a command line: that is cli.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace latchkey::bench {

struct soak_options {
  std::chrono::seconds duration{3600};
  std::optional<std::uint64_t> seed;  // none: one that is drawn, and told
  unsigned rate = 500;                // requests a second
  bool quiet = false;                 // no lines of progress
  bool json = false;
  bool list = false;  // the schedule alone, nothing is run

  bool operator==(const soak_options&) const = default;
};

// What has less leaves no room for a fault and for what follows it.
inline constexpr std::chrono::seconds shortest_soak{10};
inline constexpr std::chrono::seconds longest_soak{30 * 24 * 3600};

}  // namespace latchkey::bench
