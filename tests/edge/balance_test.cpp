#include "support/manual_clock.hpp"

#include <latchkey/edge/balance.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>

namespace latchkey::edge {
namespace {

using namespace std::chrono_literals;
using outcome = choice::outcome;

constexpr double middle = 0.5;

struct trial {
  explicit trial(std::size_t count, health_settings settings = {.active = true})
      : group{names(count), settings, clock.steady()} {}

  static std::vector<std::string> names(std::size_t count) {
    std::vector<std::string> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back("10.0.0." + std::to_string(i) + ":80");
    return made;
  }
  void eject(std::size_t index) {
    for (int i = 0; i < 5; ++i) group.fail(index, clock.steady());
  }
  void fell(std::size_t index) {
    for (int i = 0; i < 3; ++i) group.checked(index, false, middle, clock.steady());
  }
  choice least(std::vector<std::size_t> tried = {}) {
    const two_random random{static_cast<std::uint32_t>(draw()), static_cast<std::uint32_t>(draw())};
    return choose_least(group, random, tried, clock.steady());
  }
  choice by_key(std::string_view key, std::vector<std::size_t> tried = {}) const {
    return choose_by_key(group, key, tried, clock.steady());
  }

  support::manual_clock clock;
  address_group group;
  std::mt19937 draw{7};
};

TEST(choose_least, takes_the_one_of_two_with_fewer_requests) {
  trial t{3};
  for (int i = 0; i < 5; ++i) t.group.begin(0, t.clock.steady());
  for (int i = 0; i < 3; ++i) t.group.begin(1, t.clock.steady());
  const std::uint32_t third = 0x55555556U;
  const struct {
    two_random random;
    std::size_t expected;
  } cases[] = {
      {{0, 0}, 1},                      // 0 and 1
      {{0, 0x80000000U}, 2},            // 0 and 2
      {{third, 0}, 2},                  // 1 and 2
      {{third, 0x80000000U}, 1},        // 1 and 0
      {{0xFFFFFFFFU, 0}, 2},            // 2 and 0
      {{0xFFFFFFFFU, 0xFFFFFFFFU}, 2},  // 2 and 1
  };
  for (const auto& one : cases) {
    const auto made = choose_least(t.group, one.random, {}, t.clock.steady());
    EXPECT_EQ(made.result, outcome::found);
    EXPECT_EQ(made.index, one.expected) << one.random.first << ", " << one.random.second;
  }
}

TEST(choose_least, spreads_evenly_and_evens_out) {
  trial t{4};
  std::map<std::size_t, int> equal;
  for (int i = 0; i < 40'000; ++i) ++equal[t.least().index];
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(equal[i], 10'000, 500) << i;
  for (int i = 0; i < 1'000; ++i) t.group.begin(t.least().index, t.clock.steady());
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(t.group.at(i).outstanding, 250, 10) << i;
}

TEST(choose_least, passes_over_what_is_not_to_be_used) {
  trial t{4};
  t.eject(0);
  t.fell(1);
  for (int i = 0; i < 100; ++i) {
    const auto made = t.least({3});
    ASSERT_TRUE(made);
    EXPECT_EQ(made.index, 2U);
  }
  EXPECT_EQ(t.least({2, 3}).index, 0U);
  EXPECT_EQ(t.least({0, 2, 3}).result, outcome::none_left) << "one that fell is never asked";
}

TEST(choose_least, takes_an_ejected_one_where_there_is_no_other) {
  trial t{3};
  t.eject(0);
  t.eject(1);
  t.fell(2);
  std::map<std::size_t, int> taken;
  for (int i = 0; i < 200; ++i) ++taken[t.least().index];
  EXPECT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken.count(2), 0U);
  EXPECT_EQ(t.least({0}).index, 1U);
  EXPECT_EQ(t.least({0, 1}).result, outcome::none_left);
}

TEST(choose_least, takes_an_ejected_one_where_all_others_have_been_tried) {
  trial t{3};
  t.eject(1);
  EXPECT_EQ(t.least({0}).index, 2U) << "one that is in use goes before it";
  const auto last = t.least({0, 2});
  EXPECT_EQ(last.result, outcome::found);
  EXPECT_EQ(last.index, 1U);
  EXPECT_EQ(t.by_key("ann", {0, 2}).index, 1U);
}

TEST(choose_least, says_when_one_may_be_back) {
  trial t{2};
  t.fell(0);
  t.fell(1);
  auto made = t.least();
  EXPECT_EQ(made.result, outcome::none_healthy);
  EXPECT_FALSE(made);
  // The next check is in 5 s, and one more good one is needed 5 s later.
  EXPECT_EQ(made.retry_after, 10s);
  t.clock.advance(4500ms);
  EXPECT_EQ(t.least().retry_after, 6s);
  t.clock.advance(1h);
  EXPECT_EQ(t.least().retry_after, 1s);

  trial empty{0};
  EXPECT_EQ(empty.least().result, outcome::none_healthy);
  EXPECT_EQ(empty.least().retry_after, 1s);
}

TEST(choose_by_key, moves_only_the_keys_of_one_that_goes) {
  trial t{5};
  std::map<std::string, std::size_t> before;
  std::map<std::size_t, int> share;
  for (int i = 0; i < 5'000; ++i) {
    const auto key = "tenant-" + std::to_string(i);
    before[key] = t.by_key(key).index;
    ++share[before[key]];
    EXPECT_EQ(t.by_key(key).index, before[key]);
  }
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(share[i], 1'000, 120) << i;

  t.fell(2);
  std::map<std::size_t, int> moved;
  for (const auto& [key, index] : before) {
    const auto now = t.by_key(key).index;
    if (index != 2) {
      EXPECT_EQ(now, index) << key;
    } else {
      ++moved[now];
    }
  }
  // Spread over the others, not heaped on one.
  EXPECT_EQ(moved.size(), 4U);
  for (const auto& [index, count] : moved) EXPECT_NEAR(count, share[2] / 4, 70) << index;
}

TEST(choose_by_key, goes_by_addresses_and_not_by_their_order) {
  trial t{5};
  auto turned = trial::names(5);
  std::reverse(turned.begin(), turned.end());
  const address_group other{turned, {}, t.clock.steady()};
  for (int i = 0; i < 200; ++i) {
    const auto key = std::to_string(i);
    const auto there = choose_by_key(other, key, {}, t.clock.steady());
    EXPECT_EQ(t.group.at(t.by_key(key).index).address, other.at(there.index).address) << key;
  }
}

TEST(choose_by_key, passes_over_what_is_not_to_be_used) {
  trial t{3};
  const auto first = t.by_key("k").index;
  t.eject(first);
  const auto second = t.by_key("k").index;
  EXPECT_NE(second, first);
  const auto third = t.by_key("k", {second}).index;
  EXPECT_NE(third, first);
  EXPECT_NE(third, second);
  EXPECT_EQ(t.by_key("k", {second, third}).index, first);
  EXPECT_EQ(t.by_key("k", {first, second, third}).result, outcome::none_left);
  t.clock.advance(30s);
  EXPECT_EQ(t.by_key("k").index, first);
  for (std::size_t i = 0; i < 3; ++i) t.fell(i);
  EXPECT_EQ(t.by_key("k").result, outcome::none_healthy);
}

}  // namespace
}  // namespace latchkey::edge
