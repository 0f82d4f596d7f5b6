#include <latchkey/auth/client_shares.hpp>

#include <gtest/gtest.h>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
const core::steady_time now{100h};

TEST(client_shares, are_spent_until_their_time_is_over) {
  client_shares shares;
  EXPECT_FALSE(shares.spent("192.0.2.1", now));
  shares.charge("2001:db8::1", now + 10s);
  EXPECT_TRUE(shares.spent("2001:db8::2", now + 10s - 1ns)) << "the same network";
  EXPECT_FALSE(shares.spent("2001:db8::2", now + 10s));
  EXPECT_FALSE(shares.spent("2001:db8:0:1::2", now));
  shares.charge("2001:db8::3", now + 20s);
  EXPECT_TRUE(shares.spent("2001:db8::1", now + 15s)) << "the later charge counts";
}

TEST(client_shares, forget_the_oldest_when_they_are_many) {
  client_shares shares;
  for (int i = 0; i < 65; ++i) shares.charge("10.0.0." + std::to_string(i), now + 1h);
  EXPECT_FALSE(shares.spent("10.0.0.0", now));
  EXPECT_TRUE(shares.spent("10.0.0.1", now));
  EXPECT_TRUE(shares.spent("10.0.0.64", now));
}

}  // namespace
}  // namespace latchkey::auth
