#include <latchkey/auth/cache_control.hpp>

#include <gtest/gtest.h>

#include <string>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;

TEST(cache_control, reads_what_concerns_keys) {
  struct {
    std::string_view value;
    bool no_store;
    bool no_cache;
    std::optional<std::chrono::seconds> max_age;
  } const cases[] = {
      {"", false, false, {}},
      {"public", false, false, {}},
      {"max-age=600", false, false, 600s},
      {"public, max-age=21600, must-revalidate", false, false, 21600s},
      {"Max-Age=5", false, false, 5s},
      {" max-age = 7 ", false, false, 7s},
      {"max-age=\"600\"", false, false, 600s},
      {"max-age=0", false, false, 0s},
      {"max-age", false, false, 0s},
      {"max-age=", false, false, 0s},
      {"max-age=-1", false, false, 0s},
      {"max-age=1.5", false, false, 0s},
      {"max-age=ten", false, false, 0s},
      {"max-age=600, max-age=600", false, false, 600s},
      {"max-age=600, max-age=900", false, false, 0s},
      {"max-age=99999999999999999999999", false, false, 2147483648s},
      {"s-maxage=900", false, false, {}},
      {"x-max-age=900", false, false, {}},
      {"ext=\"a, max-age=900\", max-age=30", false, false, 30s},
      {"ext=\"a\\\", max-age=900\"", false, false, {}},
      {"ext=\"open, max-age=900", false, false, {}},
      {"no-store", true, false, {}},
      {"No-Cache, max-age=900", false, true, 900s},
      {"no-cache=\"set-cookie\"", false, true, {}},
      {",,, ,max-age=1", false, false, 1s},
  };
  for (const auto& [value, no_store, no_cache, max_age] : cases) {
    const auto found = parse_cache_control(value);
    EXPECT_EQ(found.no_store, no_store) << value;
    EXPECT_EQ(found.no_cache, no_cache) << value;
    EXPECT_EQ(found.max_age, max_age) << value;
  }
}

TEST(effective_max_age, is_the_providers_within_bounds) {
  struct {
    std::string_view value;
    core::steady_duration expected;
  } const cases[] = {
      {"", 10min},
      {"public", 10min},
      {"max-age=600", 10min},
      {"max-age=59", 60s},
      {"max-age=60", 60s},
      {"max-age=3600", 1h},
      {"max-age=3601", 1h},
      {"max-age=99999999999999999999999", 1h},
      {"max-age=nonsense", 60s},
      {"no-store", 60s},
      {"no-cache", 60s},
      {"no-store, max-age=3600", 60s},
      {"max-age=3600, no-cache", 60s},
  };
  for (const auto& [value, expected] : cases) {
    EXPECT_EQ(effective_max_age(value, {}), expected) << value;
  }
}

TEST(effective_max_age, is_never_longer_than_keys_may_be_used) {
  refresh_settings settings;
  settings.max_stale = 15min;
  EXPECT_EQ(effective_max_age("max-age=3600", settings), 15min);
}

TEST(retry_after, is_read_as_seconds_only) {
  struct {
    std::string_view value;
    std::chrono::seconds expected;
  } const cases[] = {
      {"", 0s},   {"120", 120s}, {" 7 ", 7s},
      {"-1", 0s}, {"1.5", 0s},   {"Wed, 21 Oct 2015 07:28:00 GMT", 0s},
  };
  for (const auto& [value, expected] : cases) {
    EXPECT_EQ(parse_retry_after(value), expected) << value;
  }
}

}  // namespace
}  // namespace latchkey::auth
