// The statistics of the fetches of one issuer's keys: counts, durations, and the last one. Pure;
// its owner guards it. Not for deciding anything.
#pragma once

#include <latchkey/auth/jwks_fetch.hpp>
#include <latchkey/auth/jwks_stats.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/errc.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace latchkey::auth {

class fetch_record {
 public:
  // A failure that is not the one seen last, or that finds the keys usable no more.
  bool is_news(const fetch_outcome& outcome, bool usable) const {
    if (!outcome.error) return false;
    return !counts_.last_error || outcome.error != counts_.last_error ||
           outcome.status != counts_.last_status || usable != usable_ ||
           (was_read(outcome) && outcome.skipped != counts_.skipped);
  }

  void add(const fetch_outcome& outcome, bool usable, core::steady_duration took,
           core::wall_time ended) {
    ++counts_.fetches[static_cast<std::size_t>(outcome.result)];
    ++(outcome.error ? counts_.fetches_failed : counts_.fetches_ok);
    ++counts_.durations[class_of(took)];
    counts_.duration_sum += took;
    counts_.last_attempt = ended;
    if (!outcome.error) counts_.last_success = ended;
    counts_.last_error = outcome.error;
    counts_.last_status = outcome.status;
    if (was_read(outcome)) counts_.skipped = outcome.skipped;
    usable_ = usable;
  }

  // With the members that are not counted here as they are by default.
  const jwks_stats& counts() const { return counts_; }

 private:
  static bool was_read(const fetch_outcome& outcome) {
    return !outcome.error || outcome.error == jose::errc::no_usable_key;
  }

  static std::size_t class_of(core::steady_duration took) {
    const auto seconds = std::chrono::duration<double>{took}.count();
    const auto found =
        std::lower_bound(fetch_duration_bounds.begin(), fetch_duration_bounds.end(), seconds);
    return static_cast<std::size_t>(found - fetch_duration_bounds.begin());
  }

  jwks_stats counts_;  // only the members that add() sets
  bool usable_ = false;
};

}  // namespace latchkey::auth
