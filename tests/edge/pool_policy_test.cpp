#include <latchkey/edge/pool_policy.hpp>

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace latchkey::edge {
namespace {

using namespace std::chrono_literals;
using core::steady_time;

TEST(keep_alive, is_parsed) {
  const struct {
    const char* value;
    std::optional<std::chrono::seconds> timeout;
    std::optional<unsigned> max;
  } cases[] = {
      {"timeout=5", 5s, {}},
      {"timeout=5, max=100", 5s, 100},
      {" Max = 3 ,, TIMEOUT = 60 ", 60s, 3},
      {"timeout=0, max=0", 0s, 0},
      {"timeout=999999999", 86400s, {}},
      {"max=999999999", {}, 1'000'000},
      {"timeout=5, x=1, y", 5s, {}},
      {"", {}, {}},
      {"timeout", {}, {}},
      {"timeout=", {}, {}},
      {"timeout=-1", {}, {}},
      {"timeout=+5", {}, {}},
      {"timeout=5s", {}, {}},
      {"timeout=5.5", {}, {}},
      {"timeout=\"5\"", {}, {}},
      {"timeout=9999999999", {}, {}},
      {"timeout=5, timeout=60", {}, {}},
      {"max=1, max=2, timeout=7", 7s, {}},
      {"timeout=x, timeout=5", {}, {}},
  };
  for (const auto& one : cases) {
    const auto told = parse_keep_alive(one.value);
    EXPECT_EQ(told.timeout, one.timeout) << one.value;
    EXPECT_EQ(told.max, one.max) << one.value;
  }
}

TEST(keep_alive, is_told_by_one_field) {
  http1::response_head head;
  EXPECT_EQ(keep_alive_of(head), keep_alive{});
  head.fields = {{"Server", "x"}, {"KEEP-ALIVE", "timeout=7"}};
  EXPECT_EQ(keep_alive_of(head).timeout, 7s);
  head.fields.push_back({"keep-alive", "timeout=7"});
  EXPECT_EQ(keep_alive_of(head), keep_alive{});
}

TEST(pool_policy, keeps_connections_no_longer_than_is_safe) {
  const pool_settings settings;
  EXPECT_EQ(longest_idle({}, settings), 4s);
  EXPECT_EQ(longest_idle(5s, settings), 4s);
  EXPECT_EQ(longest_idle(2s, settings), 1s);
  EXPECT_EQ(longest_idle(1s, settings), 0s);
  EXPECT_EQ(longest_idle(0s, settings), 0s);
  EXPECT_EQ(longest_idle(600s, settings), 60s);
  EXPECT_EQ(longest_idle({}, {.idle = 2s}), 2s);
}

TEST(pool_policy, decides_by_age_and_by_what_a_peek_found) {
  const steady_time made{1h};
  const struct {
    const char* name;
    core::steady_duration idle;
    std::optional<std::chrono::seconds> timeout;
    peeked found;
    reuse repeatable;
    reuse other;
  } cases[] = {
      {"just used", 0s, {}, peeked::nothing, reuse::use, reuse::use},
      {"nothing told, a little", 499ms, {}, peeked::nothing, reuse::use, reuse::use},
      {"nothing told, half a second", 500ms, {}, peeked::nothing, reuse::use, reuse::leave},
      {"nothing told, long", 3999ms, {}, peeked::nothing, reuse::use, reuse::leave},
      {"nothing told, too long", 4s, {}, peeked::nothing, reuse::close, reuse::close},
      {"told 5 s, half", 1999ms, 5s, peeked::nothing, reuse::use, reuse::use},
      {"told 5 s, more", 2s, 5s, peeked::nothing, reuse::use, reuse::leave},
      {"told 5 s, nearly", 3999ms, 5s, peeked::nothing, reuse::use, reuse::leave},
      {"told 5 s, too long", 4s, 5s, peeked::nothing, reuse::close, reuse::close},
      {"told 1 s", 0s, 1s, peeked::nothing, reuse::close, reuse::close},
      {"told an hour", 29s, 3600s, peeked::nothing, reuse::use, reuse::use},
      {"told an hour, kept a minute", 60s, 3600s, peeked::nothing, reuse::close, reuse::close},
      {"ended", 0s, {}, peeked::end, reuse::close, reuse::close},
      {"bytes", 0s, {}, peeked::bytes, reuse::close, reuse::close},
      {"failed", 0s, {}, peeked::failed, reuse::close, reuse::close},
  };
  for (const auto& one : cases) {
    const auto since = made + 10s;
    const idle_connection connection{made, since, one.timeout, {}};
    const auto now = since + one.idle;
    EXPECT_EQ(decide(connection, one.found, true, now, {}), one.repeatable) << one.name;
    EXPECT_EQ(decide(connection, one.found, false, now, {}), one.other) << one.name;
  }
}

TEST(pool_policy, ends_a_connection_with_its_life_and_its_last_request) {
  const steady_time made{1h};
  const auto decided = [&made](core::steady_duration age, std::optional<unsigned> max) {
    const idle_connection connection{made, made + age, 5s, max};
    return decide(connection, peeked::nothing, true, made + age, {});
  };
  EXPECT_EQ(decided(1h - 1ns, {}), reuse::use);
  EXPECT_EQ(decided(1h, {}), reuse::close);
  EXPECT_EQ(decided(0s, 1), reuse::use);
  EXPECT_EQ(decided(0s, 0), reuse::close);
}

// An upstream that ends idle connections after a time of its own, whole seconds of which it tells;
// the way there and back takes up to 100 ms each.
TEST(pool_policy, never_meets_the_end_of_a_connection_that_was_told) {
  std::mt19937 random{5};
  const auto draw = [&random](int below) {
    return std::uniform_int_distribution<int>{0, below - 1}(random);
  };
  const pool_settings settings;
  int used = 0;
  for (int i = 0; i < 200'000; ++i) {
    const auto timeout = std::chrono::seconds{draw(90)};
    const steady_time answered{1h};  // when it had sent its answer
    const auto ends = answered + timeout;
    const auto since = answered + std::chrono::milliseconds{draw(100)};
    const auto now = since + std::chrono::milliseconds{draw(100'000)};
    // What a peek can see of it.
    const auto found = now >= ends + 100ms ? peeked::end : peeked::nothing;
    const idle_connection connection{steady_time{}, since, timeout, {}};
    const bool repeatable = draw(2) == 0;
    const auto decision = decide(connection, found, repeatable, now, {.life = 24h});
    ASSERT_EQ(now >= expires_at(connection, {.life = 24h}) || found != peeked::nothing,
              decision == reuse::close);
    if (decision != reuse::use) continue;
    ++used;
    ASSERT_LT(now + 100ms, ends) << "it may be ended before the request is there";
    if (!repeatable) {
      ASSERT_LT((now - since) * 2, longest_idle(timeout, settings) + 1ms);
    }
  }
  EXPECT_GT(used, 10'000);
}

}  // namespace
}  // namespace latchkey::edge
