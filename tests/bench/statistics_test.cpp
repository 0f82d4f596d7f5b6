#include "common/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace latchkey::bench {
namespace {

TEST(statistics, the_median_stands_in_the_middle) {
  EXPECT_EQ(spread_of({}), (spread{0, 0, 0}));
  EXPECT_EQ(spread_of({7}), (spread{7, 7, 7}));
  EXPECT_EQ(spread_of({9, 1, 5}), (spread{5, 1, 9}));
  EXPECT_EQ(spread_of({4, 1, 9, 2}), (spread{3, 1, 9}));
}

TEST(statistics, one_bad_round_does_not_move_the_median_far) {
  EXPECT_EQ(spread_of({100, 101, 3, 102, 99}).median, 100);
}

TEST(statistics, ratios_are_of_the_same_round) {
  const std::array of{10.0, 3.0, 8.0};
  const std::array to{5.0, 6.0, 4.0};
  EXPECT_THAT(ratios(of, to), testing::ElementsAre(2, 0.5, 2));
  EXPECT_THAT(ratios(of, std::array{5.0}), testing::ElementsAre(2));
}

TEST(statistics, nothing_is_divided_by_nothing) {
  EXPECT_THAT(ratios(std::array{1.0}, std::array{0.0}), testing::ElementsAre(0));
}

}  // namespace
}  // namespace latchkey::bench
