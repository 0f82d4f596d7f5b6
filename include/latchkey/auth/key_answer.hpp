// What one fetch of a key set brought: keys, or why there are none. Pure. Not for deciding what
// becomes of it: that is refresh_policy.
#pragma once

#include <latchkey/auth/jwks_settings.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/fetch.hpp>
#include <latchkey/jose/key_set.hpp>

#include <chrono>
#include <memory>

namespace latchkey::auth {

struct key_answer {
  std::shared_ptr<const jose::key_set> keys;  // null if the fetch failed
  core::steady_duration max_age{};            // of the keys
  core::error_code error;                     // none if there are keys
  unsigned status = 0;                        // of the HTTP answer, 0 where there was none
  std::chrono::seconds retry_after{0};        // what the provider asked for with a failure
};

// Judges what a fetch gave. A key that `before` (may be null) has as well is taken over from it.
key_answer read_key_answer(const core::result<http::fetched>& got, const jwks_settings& settings,
                           const jose::key_set* before);

// True if both have the same keys under the same kids, whatever their documents look like.
bool same_keys(const jose::key_set& a, const jose::key_set& b);

}  // namespace latchkey::auth
