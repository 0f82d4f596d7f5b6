// What a provider's answer says of how long its keys keep. Not a general HTTP cache.
#pragma once

#include <latchkey/auth/refresh_policy.hpp>
#include <latchkey/core/time.hpp>

#include <chrono>
#include <optional>
#include <string_view>

namespace latchkey::auth {

struct cache_control {
  bool no_store = false;
  bool no_cache = false;
  std::optional<std::chrono::seconds> max_age;
};

// Reads a Cache-Control field value (RFC 9111 section 5.2). Directives without regard to case,
// others skipped. A max-age that is no number, or comes twice with different values, counts as 0
// (RFC 9111 section 4.2.1 has such an answer taken for stale); a number too large counts as 2^31.
cache_control parse_cache_control(std::string_view value);

// The max-age of keys that came with this Cache-Control: the provider's within the bounds of the
// settings, the shortest for no-store and no-cache, settings.max_age where it names none.
core::steady_duration effective_max_age(std::string_view value, const refresh_settings& settings);

// Seconds of a Retry-After field value; zero for a date, for what is malformed and for no value.
std::chrono::seconds parse_retry_after(std::string_view value);

}  // namespace latchkey::auth
