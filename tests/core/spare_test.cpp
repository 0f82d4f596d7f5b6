#include <latchkey/core/spare.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace latchkey::core {
namespace {

// Uses `count` at once, and says how many of them had to be made.
int use_at_once(spare<int, 64>& free, int count) {
  int made = 0;
  std::vector<std::unique_ptr<int>> all;
  for (int i = 0; i < count; ++i) {
    all.push_back(free.take());
    if (all.back()) continue;
    all.back() = std::make_unique<int>();
    ++made;
  }
  for (auto& one : all) free.give_back(std::move(one));
  return made;
}

TEST(spare, gives_what_was_given_back_last) {
  spare<int, 64> free;
  EXPECT_EQ(free.take(), nullptr);
  auto one = std::make_unique<int>();
  auto two = std::make_unique<int>();
  const auto* const first = one.get();
  const auto* const second = two.get();
  free.give_back(std::move(one));
  free.give_back(std::move(two));
  // The last used is the one whose memory is warm.
  EXPECT_EQ(free.take().get(), second);
  EXPECT_EQ(free.take().get(), first);
  EXPECT_EQ(free.take(), nullptr);
}

TEST(spare, keeps_neither_nothing_nor_more_than_it_may) {
  spare<int, 64> free;
  free.give_back(nullptr);
  EXPECT_EQ(free.take(), nullptr);
  EXPECT_EQ(use_at_once(free, 100), 100);
  EXPECT_EQ(free.size(), 64U);
  EXPECT_EQ(use_at_once(free, 100), 36);
}

TEST(spare, lets_go_of_what_a_whole_round_of_returns_has_not_needed) {
  spare<int, 64> free;
  EXPECT_EQ(use_at_once(free, 40), 40);
  // The round of the burst itself, and another.
  for (int i = 0; i < 512; ++i) EXPECT_EQ(use_at_once(free, 3), 0) << "what is needed stays";
  EXPECT_EQ(free.size(), 3U);
  EXPECT_EQ(use_at_once(free, 40), 37);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(use_at_once(free, 40), 0) << "who needs many has them";
}

}  // namespace
}  // namespace latchkey::core
