#include "issuer/codes.hpp"

#include "support/manual_clock.hpp"

#include <gtest/gtest.h>

#include <string>

namespace latchkey::issuer {
namespace {

using namespace std::chrono_literals;

random_bytes counting() {
  return [n = 0](std::size_t size) mutable {
    auto text = std::to_string(n++);
    text.resize(size, '.');
    return text;
  };
}

grant grant_of(const std::string& subject) {
  return {"client", "https://a.example/", "challenge", subject, {"s"}};
}

TEST(codes, are_good_once) {
  support::manual_clock clock;
  codes made{counting()};
  const auto code = made.issue(grant_of("u"), clock.steady());
  EXPECT_EQ(code.size(), 43U);
  const auto first = made.redeem(code, clock.steady());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->subject, "u");
  EXPECT_FALSE(made.redeem(code, clock.steady()));
  EXPECT_FALSE(made.redeem("", clock.steady()));
}

TEST(codes, expire) {
  support::manual_clock clock;
  codes made{counting()};
  const auto early = made.issue(grant_of("u"), clock.steady());
  clock.advance(59s);
  const auto late = made.issue(grant_of("v"), clock.steady());
  EXPECT_EQ(made.size(), 2U);
  clock.advance(1s);
  EXPECT_FALSE(made.redeem(early, clock.steady()));
  EXPECT_TRUE(made.redeem(late, clock.steady()));
}

TEST(codes, are_bounded_in_number) {
  support::manual_clock clock;
  codes made{counting()};
  const auto first = made.issue(grant_of("first"), clock.steady());
  const auto second = made.issue(grant_of("second"), clock.steady());
  for (std::size_t i = 2; i < codes::limit + 1; ++i) made.issue(grant_of("x"), clock.steady());
  EXPECT_EQ(made.size(), codes::limit);
  EXPECT_FALSE(made.redeem(first, clock.steady()));
  EXPECT_TRUE(made.redeem(second, clock.steady()));
}

}  // namespace
}  // namespace latchkey::issuer
