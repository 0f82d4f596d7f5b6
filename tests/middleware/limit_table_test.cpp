#include <latchkey/core/siphash.hpp>
#include <latchkey/middleware/limit_table.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::middleware {
namespace {

constexpr bucket_time second = 1'000'000;

std::uint64_t hash_of(std::uint64_t key) {
  const auto text = std::to_string(key);
  return core::siphash_1_3({1, 2}, text);
}

TEST(parse_rate, takes_requests_in_a_unit) {
  struct {
    const char* text;
    bucket_time interval;  // 0: refused
  } const cases[] = {
      {"1/s", second},
      {"100/s", second / 100},
      {"10000/s", 100},
      {"3/s", 333'333},
      {"60/m", second},
      {"600000/m", 100},
      {"1/h", 3600 * second},
      {"36000000/h", 100},
      {"", 0},
      {"/s", 0},
      {"0/s", 0},
      {"01/s", 0},
      {"-1/s", 0},
      {"+1/s", 0},
      {" 1/s", 0},
      {"1 /s", 0},
      {"1/ s", 0},
      {"1/", 0},
      {"1", 0},
      {"1/d", 0},
      {"1/S", 0},
      {"1/s ", 0},
      {"1.5/s", 0},
      {"1e3/s", 0},
      {"20000/s", 0},
      {"99999999999999999999/s", 0},
  };
  for (const auto& one : cases) {
    const auto parsed = parse_rate(one.text);
    EXPECT_EQ(parsed ? parsed->interval() : 0, one.interval) << one.text;
  }
}

TEST(take_token, gives_a_burst_and_then_the_rate) {
  constexpr bucket_rule rule{second / 10, 3};
  bucket_time full_at = 0;
  bucket_time now = 1000 * second;
  for (const std::uint64_t left : {2U, 1U, 0U}) {
    const auto verdict = take_token(rule, full_at, now);
    EXPECT_TRUE(verdict.passes);
    EXPECT_EQ(verdict.remaining, left);
    full_at = verdict.full_at;
  }
  auto verdict = take_token(rule, full_at, now);
  EXPECT_FALSE(verdict.passes);
  EXPECT_EQ(verdict.retry_after, second / 10);
  EXPECT_EQ(verdict.full_at, full_at) << "a refusal costs nothing";
  now += second / 10 - 1;
  EXPECT_EQ(take_token(rule, full_at, now).retry_after, 1U);
  ++now;
  verdict = take_token(rule, full_at, now);
  EXPECT_TRUE(verdict.passes);
  EXPECT_FALSE(take_token(rule, verdict.full_at, now).passes);
  now += 100 * second;
  EXPECT_EQ(take_token(rule, verdict.full_at, now).remaining, 2U) << "never more than the burst";
}

TEST(take_token, goes_on_where_the_clock_seems_to_go_back) {
  constexpr bucket_rule rule{second, 1};
  const auto first = take_token(rule, 0, 100 * second);
  EXPECT_FALSE(take_token(rule, first.full_at, 99 * second).passes);
  EXPECT_TRUE(take_token(rule, first.full_at, 101 * second).passes);
}

// A table that is large enough does what a bucket for each key does.
TEST(limit_table, keeps_a_bucket_for_each_key) {
  limit_table table{1U << 16U};
  std::map<std::uint64_t, bucket_time> model;
  std::mt19937_64 random{7};
  const bucket_rule rules[] = {{second / 10, 5}, {second, 1}, {60 * second, 20}};
  bucket_time now = 1;
  for (int i = 0; i < 200'000; ++i) {
    now += random() % 20'000;
    const auto key = random() % 300;
    const auto& rule = rules[key % 3];
    const auto expected = take_token(rule, model[key], now);
    const auto seen = table.take(hash_of(key), rule, now);
    ASSERT_EQ(seen.passes, expected.passes) << i;
    ASSERT_EQ(seen.remaining, expected.remaining) << i;
    ASSERT_EQ(seen.retry_after, expected.retry_after) << i;
    model[key] = expected.full_at;
  }
}

// Eight places: all keys share them.
TEST(limit_table, does_not_free_an_empty_bucket_for_keys_that_somebody_makes) {
  limit_table table{8};
  constexpr bucket_rule rule{second, 10};
  constexpr bucket_time now = second;
  const auto his = hash_of(0);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(table.take(his, rule, now).passes);
  EXPECT_FALSE(table.take(his, rule, now).passes);
  for (std::uint64_t key = 1; key <= 10'000; ++key) {
    ASSERT_TRUE(table.take(hash_of(key), rule, now).passes) << "nobody is refused for it: " << key;
  }
  EXPECT_FALSE(table.take(his, rule, now).passes);
}

TEST(limit_table, uses_places_of_full_buckets_first) {
  limit_table table{8};
  constexpr bucket_rule rule{second, 2};
  for (std::uint64_t key = 0; key < 8; ++key) table.take(hash_of(key), rule, key * second + 1);
  // Key 7 is in use, the others have filled up.
  for (std::uint64_t key = 100; key < 107; ++key) {
    EXPECT_TRUE(table.take(hash_of(key), rule, 8 * second).passes);
  }
  EXPECT_EQ(table.take(hash_of(7), rule, 8 * second).remaining, 0U) << "still known";
}

TEST(limit_table, takes_no_bucket_of_long_ago_for_one_of_today) {
  limit_table table{8};
  constexpr bucket_rule rule{second, 1};
  constexpr bucket_time wrap = bucket_time{1} << 44U;
  EXPECT_TRUE(table.take(hash_of(1), rule, wrap - 5000 * second).passes);
  EXPECT_TRUE(table.take(hash_of(1), rule, wrap + 3600 * second).passes);
  EXPECT_FALSE(table.take(hash_of(1), rule, wrap + 3600 * second).passes);
}

TEST(limit_table_threads, give_out_each_token_once) {
  constexpr int threads = 4;
  constexpr int tries = 20'000;
  limit_table table{1U << 10U};
  constexpr bucket_rule rule{second, 1000};
  std::atomic<int> passed{0};
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t) {
    all.emplace_back([&] {
      for (int i = 0; i < tries; ++i) {
        if (table.take(hash_of(1), rule, second).passes) ++passed;
      }
    });
  }
  for (auto& one : all) one.join();
  EXPECT_EQ(passed, 1000);
}

// Threads that make room for keys meanwhile may forget a bucket, and never refuse a new key.
TEST(limit_table_threads, make_room_for_new_keys) {
  constexpr int threads = 4;
  limit_table table{64};
  constexpr bucket_rule rule{second, 5};
  std::atomic<int> refused{0};
  std::vector<std::thread> all;
  for (std::uint64_t t = 0; t < threads; ++t) {
    all.emplace_back([&, t] {
      for (std::uint64_t key = 0; key < 20'000; ++key) {
        if (!table.take(hash_of(t << 32U | key), rule, second).passes) ++refused;
      }
    });
  }
  for (auto& one : all) one.join();
  EXPECT_EQ(refused, 0);
}

}  // namespace
}  // namespace latchkey::middleware
