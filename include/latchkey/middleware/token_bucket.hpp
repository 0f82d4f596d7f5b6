// The token bucket as one moment a key, the theoretical arrival time of the generic cell rate
// algorithm (ITU-T I.371): when the bucket is full again. Pure. Not for where buckets are kept:
// limit_table.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace latchkey::middleware {

// Microseconds since some moment.
using bucket_time = std::uint64_t;

struct bucket_rule {
  bucket_time interval = 0;  // from one token to the next
  std::uint64_t burst = 1;   // what a full bucket holds

  // From empty to full.
  constexpr bucket_time span() const { return burst * interval; }
  bool operator==(const bucket_rule&) const = default;
};

struct bucket_verdict {
  bool passes = false;
  bucket_time full_at = 0;      // afterwards
  std::uint64_t remaining = 0;  // tokens
  bucket_time retry_after = 0;  // from now until there is a token; 0 where it passes
};

// Takes one token at `now` from a bucket that is full at `full_at`; takes none where there is none.
constexpr bucket_verdict take_token(const bucket_rule& rule, bucket_time full_at, bucket_time now) {
  const auto taken = std::max(full_at, now) + rule.interval;
  const auto latest = now + rule.span();
  if (taken > latest) return {false, full_at, 0, taken - latest};
  return {true, taken, (latest - taken) / rule.interval, 0};
}

// Of "100/s": requests in a second, a minute (m) or an hour (h).
struct rate {
  std::uint64_t count = 0;
  std::chrono::seconds in{1};

  // Rounded to a microsecond: by half a per cent at most.
  constexpr bucket_time interval() const {
    return (static_cast<bucket_time>(std::chrono::microseconds{in}.count()) + count / 2) / count;
  }
};

// Nothing for other texts, and for more than 10,000 a second.
std::optional<rate> parse_rate(std::string_view text);

// No bucket takes longer to fill.
inline constexpr std::chrono::microseconds longest_span = std::chrono::hours{24};

}  // namespace latchkey::middleware
