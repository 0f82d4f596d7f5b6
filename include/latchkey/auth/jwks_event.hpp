// What a jwks_client tells its observer about a fetch that has ended. Not for statistics: those are
// jwks_stats.
#pragma once

#include <latchkey/auth/refresh_policy.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/key_set.hpp>

#include <string>
#include <vector>

namespace latchkey::auth {

// The end of a fetch, for operators. Contains no secrets.
struct jwks_event {
  using kind = refresh_event;

  // After failed the set in use stays, unless `changed`: it was taken away.
  kind what;
  bool usable = false;           // tokens can be verified now
  bool changed = false;          // other keys than before
  bool skipped_changed = false;  // the skipped keys or their reasons differ from before
  std::vector<std::string> old_kids;
  std::vector<std::string> new_kids;
  std::vector<jose::key_set::noted_key> noted;
  bool noted_changed = false;  // the noted keys or their reasons differ from before
  // Keys of the document that are not used, with reasons; also if that is why the fetch failed.
  std::vector<jose::key_set::skipped_key> skipped;
  // For failed.
  core::error_code error;
  unsigned status = 0;              // of the answer, 0 where there was none
  core::steady_duration backoff{};  // until the next attempt
  bool news = false;                // another failure than the last one, or with other usability
  // In a row: before this event for recovered, with it for failed.
  unsigned failures = 0;
};

}  // namespace latchkey::auth
