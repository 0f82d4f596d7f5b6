#include "server/client_connections.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <vector>

namespace latchkey::server {
namespace {

core::steady_time at(int second) {
  return core::steady_time{std::chrono::seconds{second}};
}

struct held {
  client_network whose;
  int since = 0;
  bool idle = true;

  core::steady_time waits_since() const { return at(since); }
};

using connections = client_connections<held>;

client_network client(std::uint64_t number) {
  return {false, number};
}

struct client_connections_of_a_thread : testing::Test {
  held& enter(std::uint64_t number, int since) {
    made.push_back({client(number), since});
    all.enter(places.emplace_back(), made.back().whose, made.back());
    return made.back();
  }
  connections::choice choose(std::uint64_t newcomer, int now = 1000) {
    looked = 0;
    return all.choose(client(newcomer), at(now), [this](const held& one) {
      ++looked;
      return one.idle;
    });
  }
  // Null where nobody goes.
  const held* leaving(std::uint64_t newcomer, int now = 1000) {
    const auto chosen = choose(newcomer, now);
    return chosen.leaving == nullptr ? nullptr : &chosen.leaving->connection();
  }

  connections all;
  std::deque<held> made;
  std::deque<connections::place> places;
  std::size_t looked = 0;
};

TEST_F(client_connections_of_a_thread, give_the_longest_idle_of_who_holds_the_most) {
  EXPECT_EQ(leaving(9), nullptr);
  auto& lone = enter(1, 1);
  EXPECT_EQ(leaving(9), &lone);
  auto& first = enter(2, 5);
  EXPECT_EQ(leaving(9), &lone) << "where they hold the same, whoever has waited longest";
  auto& second = enter(2, 3);
  EXPECT_EQ(leaving(9), &second);
  second.idle = false;
  EXPECT_EQ(leaving(9, 1001), &first);
  first.idle = false;
  EXPECT_EQ(leaving(9, 1002), &lone) << "none of the first client's can go";
  lone.idle = false;
  EXPECT_EQ(leaving(9, 1003), nullptr);
  EXPECT_FALSE(choose(9, 1004).unfair) << "it may wait";
}

TEST_F(client_connections_of_a_thread, see_who_has_asked_meanwhile) {
  auto& first = enter(1, 1);
  auto& second = enter(1, 2);
  auto& third = enter(1, 3);
  first.since = 20;
  EXPECT_EQ(leaving(9), &second);
  second.since = 30;
  third.idle = false;
  EXPECT_EQ(leaving(9, 1001), &first);
  third.idle = true;
  first.idle = second.idle = false;
  EXPECT_EQ(leaving(9, 1002), &third) << "it was busy, and is no more";
}

TEST_F(client_connections_of_a_thread, do_not_give_one_of_who_holds_less_than_who_comes) {
  auto& small = enter(1, 1);
  auto& one = enter(2, 5);
  auto& other = enter(2, 6);
  EXPECT_EQ(leaving(2), &one) << "its own";
  one.idle = other.idle = false;
  EXPECT_TRUE(choose(2, 1001).unfair);
  EXPECT_EQ(choose(2, 1002).leaving, nullptr);
  EXPECT_EQ(leaving(1, 1003), &small);
  EXPECT_EQ(leaving(3, 1004), &small);
}

TEST_F(client_connections_of_a_thread, follow_who_comes_and_goes) {
  int now = 0;
  for (int i = 0; i < 3; ++i) enter(1, ++now);
  for (int i = 0; i < 100; ++i) enter(2, ++now);
  for (int i = 0; i < 50; ++i) enter(3, ++now);
  EXPECT_EQ(leaving(9), &made[3]);
  for (int i = 3; i < 103; ++i) places[static_cast<std::size_t>(i)].leave();
  EXPECT_EQ(all.count_of(client(2)), 0U);
  EXPECT_EQ(leaving(9), &made[103]);
  for (int i = 103; i < 153; ++i) places[static_cast<std::size_t>(i)].leave();
  EXPECT_EQ(leaving(9), &made[0]);
  places.clear();
  EXPECT_EQ(leaving(9), nullptr);
  EXPECT_EQ(leaving(9), nullptr);
  const auto& last = enter(4, 1);
  EXPECT_EQ(leaving(9), &last);
}

TEST_F(client_connections_of_a_thread, cost_little_however_many_there_are) {
  for (int i = 0; i < 10'000; ++i) enter(1, i);
  for (int i = 0; i < 500; ++i) {
    const auto chosen = choose(2, 20'000 + i);
    ASSERT_EQ(chosen.leaving, &places[static_cast<std::size_t>(i)]);
    EXPECT_EQ(looked, 1U);
    chosen.leaving->leave();
  }
  for (auto& one : made) one.idle = false;
  const auto& small = enter(3, 1);
  EXPECT_EQ(leaving(2, 30'000), &small) << "the many that are busy hide nobody";
  EXPECT_LE(looked, connections::max_looks_at_one + 1);
  for (std::uint64_t i = 0; i < 10'000; ++i) enter(10 + i, 1).idle = false;
  leaving(2, 30'001);
  EXPECT_LE(looked, connections::max_looks + connections::max_looks_at_one);
}

TEST_F(client_connections_of_a_thread, find_the_one_idle_among_many_busy_ones_in_the_end) {
  for (int i = 0; i < 5'000; ++i) enter(1, i).idle = false;
  made[3'000].idle = true;
  const held* found = nullptr;
  int asked = 0;
  for (; found == nullptr && asked < 100; ++asked) found = leaving(2, 10'000 + asked);
  EXPECT_EQ(found, &made[3'000]);
}

TEST(client_connections, may_be_outlived) {
  held one;
  client_connections<held>::place place;
  {
    client_connections<held> all;
    all.enter(place, client(1), one);
  }
  place.leave();
  place.leave();
}

}  // namespace
}  // namespace latchkey::server
