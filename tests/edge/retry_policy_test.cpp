#include <latchkey/edge/retry_policy.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <stdexcept>
#include <string>

namespace latchkey::edge {
namespace {

using http::verb;

TEST(is_idempotent, is_of_the_methods_that_are) {
  for (const auto method :
       {verb::get, verb::head, verb::options, verb::put, verb::delete_, verb::trace}) {
    EXPECT_TRUE(is_idempotent(method)) << method;
  }
  for (const auto method : {verb::post, verb::patch, verb::connect, verb::unknown, verb::lock}) {
    EXPECT_FALSE(is_idempotent(method)) << method;
  }
}

constexpr in_flight few{10, 0};

TEST(retry_policy, sends_again_only_what_does_no_harm) {
  const struct {
    const char* name;
    failed_attempt attempt;
    retry expected;
  } cases[] = {
      {"no connection, GET", {.method = verb::get}, retry::another_address},
      {"no connection, POST", {.method = verb::post}, retry::another_address},
      {"no connection, unknown method", {.method = verb::unknown}, retry::another_address},
      {"no connection by our deadline",
       {.method = verb::post, .peer_ended = false},
       retry::another_address},
      {"no connection, the last attempt", {.method = verb::get, .attempts = 3}, retry::no},
      {"stale connection, GET",
       {.method = verb::get, .connected = true, .reused = true, .peer_ended = true},
       retry::once_more},
      {"stale connection, PUT without its body begun",
       {.method = verb::put, .connected = true, .reused = true, .peer_ended = true},
       retry::once_more},
      {"stale connection, PUT",
       {.method = verb::put,
        .connected = true,
        .reused = true,
        .peer_ended = true,
        .body_begun = true},
       retry::no},
      {"stale connection, POST",
       {.method = verb::post, .connected = true, .reused = true, .peer_ended = true},
       retry::no},
      {"stale connection, unknown method",
       {.method = verb::unknown, .connected = true, .reused = true, .peer_ended = true},
       retry::no},
      {"new connection, GET",
       {.method = verb::get, .connected = true, .peer_ended = true},
       retry::no},
      {"stale connection, deadline",
       {.method = verb::get, .connected = true, .reused = true},
       retry::no},
      {"stale connection, answer begun",
       {.method = verb::get,
        .connected = true,
        .reused = true,
        .peer_ended = true,
        .answer_begun = true},
       retry::no},
      {"stale connection, a second time",
       {.method = verb::get,
        .connected = true,
        .reused = true,
        .peer_ended = true,
        .attempts = 2,
        .repeated = true},
       retry::no},
      {"no connection after once more",
       {.method = verb::get, .attempts = 2, .repeated = true},
       retry::another_address},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(decide(one.attempt, few, retry_settings{}), one.expected) << one.name;
  }
}

TEST(retry_policy, keeps_to_its_budget) {
  const struct {
    in_flight now;
    retry_settings settings;
    bool within;
  } cases[] = {
      {{0, 0}, {}, true},
      {{1, 2}, {}, true},
      {{1, 3}, {}, false},
      {{15, 3}, {}, false},
      {{19, 3}, {}, false},
      {{20, 3}, {}, true},
      {{100, 19}, {}, true},
      {{100, 20}, {}, false},
      {{100, 0}, {.budget = 0, .least = 0}, false},
      {{100, 99}, {.budget = 1}, true},
      {{100, 0}, {.attempts = 1}, false},
  };
  for (const auto& one : cases) {
    const failed_attempt attempt{
        .method = verb::get, .connected = true, .reused = true, .peer_ended = true};
    EXPECT_EQ(decide(attempt, one.now, one.settings) != retry::no, one.within)
        << one.now.requests << ", " << one.now.retries;
    const failed_attempt unconnected{.method = verb::get};
    EXPECT_EQ(decide(unconnected, one.now, one.settings) != retry::no, one.settings.attempts > 1)
        << "it costs nothing to the other address";
  }
}

TEST(retry_settings, are_checked) {
  EXPECT_NO_THROW(check(retry_settings{}));
  EXPECT_THROW(check(retry_settings{.attempts = 0}), std::invalid_argument);
  EXPECT_THROW(check(retry_settings{.budget = -0.1}), std::invalid_argument);
  EXPECT_THROW(check(retry_settings{.budget = 1.1}), std::invalid_argument);
  EXPECT_THROW(check(retry_settings{.budget = std::numeric_limits<double>::quiet_NaN()}),
               std::invalid_argument);
}

TEST(circuit, admits_up_to_its_limits) {
  const circuit_limits limits{3, 2};
  const struct {
    std::size_t outstanding;
    std::size_t waiting;
    admission expected;
  } cases[] = {
      {0, 0, admission::go},   {2, 0, admission::go},     {3, 0, admission::wait},
      {3, 1, admission::wait}, {3, 2, admission::refuse}, {9, 9, admission::refuse},
      {2, 1, admission::wait}, {0, 2, admission::refuse},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(admit(one.outstanding, one.waiting, limits), one.expected)
        << one.outstanding << ", " << one.waiting;
  }
  EXPECT_EQ(admit(0, 0, {0, 0}), admission::refuse);
  EXPECT_EQ(admit(5, 0, {5, 0}), admission::refuse);
}

TEST(circuit, is_shared_by_threads) {
  const circuit_limits whole{10, 2};
  std::size_t outstanding = 0;
  for (std::size_t i = 0; i < 4; ++i) outstanding += share_of(whole, 4, i).outstanding;
  EXPECT_EQ(outstanding, 10U);
  EXPECT_EQ(share_of(whole, 4, 0).outstanding, 3U);
  EXPECT_EQ(share_of(whole, 4, 3).outstanding, 2U);
  EXPECT_EQ(share_of(whole, 4, 3).waiting, 1U);
  EXPECT_EQ(share_of({0, 5}, 2, 0).outstanding, 0U);
  EXPECT_EQ(share_of(whole, 1, 0).waiting, 2U);
}

// Whatever comes, retries stay within their share of what is under way, and no request of a method
// that is not idempotent goes out twice where it may have been seen.
TEST(retry_policy, holds_under_a_storm) {
  std::mt19937 random{3};
  const auto draw = [&random](unsigned below) {
    return std::uniform_int_distribution<unsigned>{0, below - 1}(random);
  };
  const verb methods[] = {verb::get, verb::post, verb::put, verb::patch, verb::unknown};
  const retry_settings settings;
  unsigned sent_again = 0;
  for (int i = 0; i < 100'000; ++i) {
    const in_flight now{draw(200), draw(50)};
    failed_attempt attempt;
    attempt.method = methods[draw(5)];
    attempt.connected = draw(2) == 0;
    attempt.reused = draw(2) == 0;
    attempt.peer_ended = draw(2) == 0;
    attempt.body_begun = attempt.connected && draw(2) == 0;
    attempt.answer_begun = attempt.connected && draw(4) == 0;
    attempt.attempts = 1 + draw(4);
    const auto verdict = decide(attempt, now, settings);
    if (verdict == retry::no) continue;
    ++sent_again;
    ASSERT_LT(attempt.attempts, 3U);
    ASSERT_FALSE(attempt.body_begun || attempt.answer_begun);
    ASSERT_TRUE(!attempt.connected || now.retries < 3 || now.retries * 5 < now.requests);
    ASSERT_EQ(verdict == retry::another_address, !attempt.connected);
    ASSERT_TRUE(!attempt.connected || is_idempotent(attempt.method));
  }
  EXPECT_GT(sent_again, 1'000U);
}

}  // namespace
}  // namespace latchkey::edge
