// How long the keys of a response may be cached, by its Cache-Control and Retry-After fields. Not a
// general HTTP cache.
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

// Reads a Cache-Control field value (RFC 9111 section 5.2). Directive names are case-insensitive;
// unknown ones are skipped. A max-age that is not a number, or that occurs twice with different
// values, counts as 0 (RFC 9111 section 4.2.1: such a response is stale); a number that is too
// large counts as 2^31.
cache_control parse_cache_control(std::string_view value);

// The max-age of keys that came with this Cache-Control: the value of the provider, clamped to the
// bounds of the settings; the lower bound for no-store and no-cache; settings.max_age if there is
// no value.
core::steady_duration effective_max_age(std::string_view value, const refresh_settings& settings);

// Seconds of a Retry-After field value; zero for a date, a malformed value or none.
std::chrono::seconds parse_retry_after(std::string_view value);

}  // namespace latchkey::auth
