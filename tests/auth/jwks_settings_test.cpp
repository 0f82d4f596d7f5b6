#include <latchkey/auth/jwks_settings.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;

TEST(jwks_settings, need_time_for_a_fetch_and_a_sound_policy) {
  jwks_settings settings;
  EXPECT_NO_THROW(check(settings));
  settings.fetch_timeout = 0s;
  EXPECT_THROW(check(settings), std::invalid_argument);
  settings.fetch_timeout = 5s;
  settings.refresh.cooldown = 0s;
  EXPECT_THROW(check(settings), std::invalid_argument);
}

}  // namespace
}  // namespace latchkey::auth
