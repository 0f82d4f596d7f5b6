// The keys in use with what the refresh policy knows of them, and what the end of a fetch changes
// in both. Pure; its owner guards it. Not for fetching.
#pragma once

#include <latchkey/auth/jwks_event.hpp>
#include <latchkey/auth/jwks_fetch.hpp>
#include <latchkey/auth/refresh_policy.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/key_set.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::auth {

struct key_state {
  refresh_state policy;
  cached_jwks cached;
  std::vector<jose::key_set::skipped_key> skipped;  // of the last document that had any keys
};

// What the policy calls a key: one kid may stand for a key of each algorithm.
std::string policy_name(std::string_view kid, jose::algorithm alg);
// Of all keys of the set, those without a kid included.
std::vector<std::string> policy_names(const jose::key_set& keys);

// What the set says of a kid and an algorithm: key_set::choose, and unknown_key without a set.
core::result<std::shared_ptr<const jose::key>> choose(const jose::key_set* keys,
                                                      std::string_view kid, jose::algorithm alg);

// The set says which key it is, or that the token does not. Where a kid has keys for other
// algorithms only, the issuer may have added one since.
bool is_known(const core::result<std::shared_ptr<const jose::key>>& chosen);

// Brings the outcome of the fetch in flight into effect. `names`: policy_names of outcome.keys;
// `jitter_sample` as for the policy; `wall`: now by the wall clock. The event lacks `usable` and
// `news`. Where it throws nothing has happened.
jwks_event apply(key_state& state, const fetch_outcome& outcome, std::span<const std::string> names,
                 double jitter_sample, core::steady_time now, core::wall_time wall,
                 const refresh_settings& settings);

}  // namespace latchkey::auth
