// The state of one issuer's keys and the counts of its fetches, for metrics and the status page.
// Not for deciding anything.
#pragma once

#include <latchkey/auth/jwks_fetch.hpp>
#include <latchkey/auth/refresh_policy.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/key_set.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::auth {

// Upper bounds, in seconds, of the buckets of the histogram of fetch durations.
inline constexpr std::array fetch_duration_bounds{0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0};

struct jwks_stats {
  std::uint64_t fetches_ok = 0;  // not_modified among them
  std::uint64_t fetches_failed = 0;
  std::array<std::uint64_t, fetch_result_count> fetches{};  // by fetch_result
  // The histogram of durations, the last bucket for those above all bounds; and their sum.
  std::array<std::uint64_t, fetch_duration_bounds.size() + 1> durations{};
  core::steady_duration duration_sum{};
  keys_state state = keys_state::never_loaded;
  std::optional<core::wall_time> last_success;
  std::optional<core::wall_time> last_attempt;        // its end
  core::error_code last_error;                        // of the last attempt, if it failed
  unsigned last_status = 0;                           // of its HTTP answer, 0 where there was none
  std::optional<core::steady_duration> next_attempt;  // from now, without a request asking for it
  core::steady_duration max_age{};                    // of the set in use
  std::vector<jose::key_set::skipped_key> skipped;    // of the last document with any keys
  std::vector<jose::key_set::noted_key> noted;        // of the set in use
  std::uint64_t unknown_kids = 0;                     // requests refused for one
  unsigned failures_in_row = 0;
  bool in_flight = false;
  bool ready = false;
  std::uint64_t generation = 0;
  std::vector<std::string> kids;
  std::size_t keys_without_kid = 0;
  std::optional<core::steady_duration> age;  // of the set in use
  std::size_t waiters = 0;
  std::size_t negative_kids = 0;
};

}  // namespace latchkey::auth
