// How the keys of one issuer are fetched and cached. Not for the issuer's name or the rules for its
// tokens: those are in trusted_issuer.
#pragma once

#include <latchkey/auth/key_checks.hpp>
#include <latchkey/auth/refresh_policy.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/key_set.hpp>

namespace latchkey::auth {

struct jwks_settings {
  refresh_settings refresh;
  core::steady_duration fetch_timeout = std::chrono::seconds{5};  // of one fetch, in total
  jose::key_set_limits limits;
  key_check_limits checks;

  bool operator==(const jwks_settings&) const = default;
};

// Throws std::invalid_argument, naming the setting, for values that cannot work. For start-up.
void check(const jwks_settings& settings);

}  // namespace latchkey::auth
