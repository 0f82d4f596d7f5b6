#include <latchkey/core/time.hpp>

#include <gtest/gtest.h>
#include <support/manual_clock.hpp>

#include <chrono>
#include <ctime>

namespace latchkey::core {
namespace {

using namespace std::chrono_literals;

constexpr steady_time noon{12h};

TEST(Deadline, has_passed_from_its_very_moment_on) {
  constexpr deadline at_noon{noon};
  EXPECT_FALSE(at_noon.passed(noon - 1ns));
  EXPECT_TRUE(at_noon.passed(noon));
  EXPECT_TRUE(at_noon.passed(noon + 1ns));
}

TEST(Deadline, that_is_not_set_never_passes) {
  EXPECT_FALSE(deadline{}.passed(noon + std::chrono::hours{24 * 365 * 100}));
}

TEST(Deadline, sooner_is_the_earlier_of_the_two_whichever_asks) {
  constexpr deadline early{noon};
  constexpr deadline late{noon + 1s};
  EXPECT_EQ(early.sooner(late).at(), noon);
  EXPECT_EQ(late.sooner(early).at(), noon);
  EXPECT_EQ(deadline{}.sooner(late).at(), late.at());
}

TEST(SystemClock, judges_ages_by_the_clock_that_goes_on_in_a_suspend) {
  const auto now = [] {
    ::timespec read{};
    ::clock_gettime(CLOCK_BOOTTIME, &read);
    return steady_time{std::chrono::seconds{read.tv_sec} + std::chrono::nanoseconds{read.tv_nsec}};
  };
  const auto before = now();
  const auto between = system_clock().age_now();
  EXPECT_GE(between, before);
  EXPECT_LE(between, now());
}

TEST(Clock, without_a_clock_for_ages_judges_them_by_the_steady_one) {
  const clock two{[] { return wall_time{}; }, [] { return noon; }};
  EXPECT_EQ(two.age_now(), noon);
}

TEST(SystemClock, reads_the_clocks_of_this_machine) {
  const auto clock = system_clock();
  const auto wall_before = std::chrono::system_clock::now();
  const auto steady_before = std::chrono::steady_clock::now();
  const auto wall = clock.wall();
  const auto steady = clock.steady();
  EXPECT_GE(wall, wall_before);
  EXPECT_LE(wall, std::chrono::system_clock::now());
  EXPECT_GE(steady, steady_before);
  EXPECT_LE(steady, std::chrono::steady_clock::now());
}

TEST(ManualClock, moves_both_clocks_and_only_when_told) {
  support::manual_clock source{1'000};
  const auto clock = source.clock();
  const auto steady = clock.steady();
  EXPECT_EQ(clock.wall(), wall_time{1'000s});
  source.advance(90s);
  EXPECT_EQ(clock.wall(), wall_time{1'090s});
  EXPECT_EQ(clock.steady() - steady, 90s);
}

}  // namespace
}  // namespace latchkey::core
