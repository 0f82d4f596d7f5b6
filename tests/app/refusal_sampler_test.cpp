#include <latchkey/app/refusal_sampler.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;

const core::wall_time noon{std::chrono::seconds{1'800'000'000}};

std::string text_of(const std::vector<unlogged_refusals>& all) {
  std::string text;
  for (const auto& one : all) text += one.reason + '=' + std::to_string(one.count) + ' ';
  return text;
}

TEST(refusal_sampler, logs_the_first_of_each_reason_and_client_in_a_second) {
  refusal_sampler sampler{{1, 2}, true};
  EXPECT_TRUE(sampler.admits("expired", "192.0.2.1", noon));
  EXPECT_FALSE(sampler.admits("expired", "192.0.2.1", noon));
  EXPECT_FALSE(sampler.admits("expired", "192.0.2.1", noon + 999ms));
  EXPECT_FALSE(sampler.admits("expired", "::ffff:192.0.2.1", noon));
  EXPECT_TRUE(sampler.admits("expired", "192.0.2.2", noon));
  EXPECT_TRUE(sampler.admits("rate_limited", "192.0.2.1", noon));
  EXPECT_TRUE(sampler.admits("expired", "2001:db8:1:2::1", noon));
  EXPECT_FALSE(sampler.admits("expired", "2001:db8:1:2:ffff::", noon));
  EXPECT_TRUE(sampler.admits("expired", "2001:db8:1:3::1", noon));
  EXPECT_FALSE(sampler.admits("rate_limited", "192.0.2.1", noon));
  EXPECT_TRUE(sampler.admits("expired", "192.0.2.1", noon + 1s));
  EXPECT_EQ(text_of(sampler.totals()), "expired=4 rate_limited=1 ");
}

TEST(refusal_sampler, logs_all_where_it_is_off) {
  refusal_sampler sampler{{1, 2}, false};
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(sampler.admits("expired", "192.0.2.1", noon));
  sampler.set_enabled(true);
  EXPECT_TRUE(sampler.admits("expired", "192.0.2.1", noon));
  EXPECT_FALSE(sampler.admits("expired", "192.0.2.1", noon));
  EXPECT_EQ(text_of(sampler.totals()), "expired=1 ");
}

TEST(refusal_sampler, writes_no_more_lines_a_second_than_it_has_places_for) {
  refusal_sampler sampler{{1, 2}, true};
  for (int second = 0; second < 3; ++second) {
    std::size_t lines = 0;
    std::size_t clients = 0;
    for (int a = 0; a < 80; ++a) {
      for (int b = 0; b < 100; ++b, ++clients) {
        const auto client = "10.0." + std::to_string(a) + '.' + std::to_string(b);
        if (sampler.admits("expired", client, noon + second * 1s)) ++lines;
      }
    }
    EXPECT_EQ(lines, refusal_sampler::most_lines);
    EXPECT_EQ(sampler.totals().at(0).count,
              (static_cast<std::size_t>(second) + 1) * (clients - lines));
  }
}

TEST(refusal_sampler, counts_what_finds_no_room_by_name_together) {
  refusal_sampler sampler{{1, 2}, true};
  for (int i = 0; i < 300; ++i) {
    const auto reason = "reason" + std::to_string(i);
    sampler.admits(reason, "192.0.2.1", noon);
    sampler.admits(reason, "192.0.2.1", noon);
  }
  const auto all = sampler.totals();
  ASSERT_EQ(all.size(), 257U);
  std::uint64_t sum = 0;
  for (const auto& one : all) sum += one.count;
  EXPECT_EQ(all.back().reason, "other");
  EXPECT_GE(sum, 300U);
}

TEST(refusal_sampler, is_shared_by_threads) {
  refusal_sampler sampler{{1, 2}, true};
  constexpr int threads = 4;
  constexpr int each = 2'000;
  std::atomic<int> lines{0};
  std::vector<std::thread> all;
  for (int t = 0; t < threads; ++t) {
    all.emplace_back([&] {
      for (int i = 0; i < each; ++i) {
        const auto reason = "reason" + std::to_string(i % 7);
        if (sampler.admits(reason, "192.0.2.1", noon)) ++lines;
      }
    });
  }
  for (auto& one : all) one.join();
  std::uint64_t counted = 0;
  for (const auto& one : sampler.totals()) counted += one.count;
  EXPECT_EQ(counted + static_cast<std::uint64_t>(lines), std::uint64_t{threads} * each);
  EXPECT_GE(lines, 7);
  EXPECT_LE(lines, 7 * threads);
}

TEST(refusal_reason, is_of_what_was_refused_here) {
  struct {
    unsigned status;
    const char* reason;
    const char* expected;
  } const cases[] = {
      {200, "", ""},
      {401, "expired", "expired"},
      {403, "insufficient_scope", "insufficient_scope"},
      {429, "rate_limited", "rate_limited"},
      {400, "bad_field", "bad_field"},
      {404, "", ""},
      {405, "", ""},
      {499, "client_gone", ""},
      {503, "keys_unavailable", ""},
      {500, "internal_error", ""},
      {0, "closed", ""},
  };
  for (const auto& one : cases) {
    http::exchange ended;
    ended.status = one.status;
    ended.reason = one.reason;
    EXPECT_EQ(refusal_reason(ended), one.expected) << one.status << one.reason;
  }
}

TEST(take_news, is_what_was_added) {
  std::vector<unlogged_refusals> before;
  EXPECT_EQ(text_of(take_news(before, {{"a", 2}})), "a=2 ");
  EXPECT_EQ(text_of(take_news(before, {{"a", 2}, {"b", 1}})), "b=1 ");
  EXPECT_EQ(text_of(take_news(before, {{"a", 5}, {"b", 1}})), "a=3 ");
  EXPECT_EQ(text_of(take_news(before, {{"a", 5}, {"b", 1}})), "");
}

}  // namespace
}  // namespace latchkey::app
