#include <latchkey/auth/refresh_policy.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <ostream>
#include <stdexcept>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
using core::steady_duration;
using core::steady_time;

const steady_time now{100h};
const refresh_settings defaults;

// A moment in the life of an issuer's keys, told by ages as seen from `now`.
struct situation {
  std::optional<steady_duration> loaded =
      {};  // age of the set in use: max-age 10 min, due at 8 min
  std::optional<steady_duration> attempt = {};  // since the last attempt started
  unsigned failures = 0;
  steady_duration backoff{};  // what is left of it
  bool in_flight = false;
  bool negative = false;  // the kid asked for is on the list
};

refresh_state state_of(const situation& told) {
  refresh_state state;
  state.failures = told.failures;
  state.in_flight = told.in_flight;
  state.retry_at = now + told.backoff;
  if (told.attempt) state.last_attempt = now - *told.attempt;
  if (told.loaded) {
    state.last_success = now - *told.loaded;
    state.max_age = 10min;
    state.refresh_at = *state.last_success + 8min;
    state.generation = 1;
    if (!state.last_attempt) state.last_attempt = state.last_success;
  }
  if (told.negative) state.negative.add("k", now + 1s, 128);
  return state;
}

struct row {
  const char* name;
  situation when;
  bool known;
  key_lookup_action expected;
};

void PrintTo(const row& one, std::ostream* out) {
  *out << one.name;
}

class policy_table : public testing::TestWithParam<row> {};

TEST_P(policy_table, decides) {
  const auto& [name, when, known, expected] = GetParam();
  const auto state = state_of(when);
  EXPECT_EQ(decide(state, "k", {}, known, now, defaults), expected) << name;
}

constexpr bool known = true;
constexpr bool unknown = false;

INSTANTIATE_TEST_SUITE_P(
    known_kid, policy_table,
    testing::Values(
        row{"fresh", {.loaded = 1min}, known, key_lookup_action::use},
        row{"fresh, just loaded", {.loaded = 0s}, known, key_lookup_action::use},
        row{"fresh, fetch in flight",
            {.loaded = 1min, .in_flight = true},
            known,
            key_lookup_action::use},
        row{"just before refresh-ahead", {.loaded = 8min - 1ns}, known, key_lookup_action::use},
        row{"past refresh-ahead", {.loaded = 8min}, known, key_lookup_action::use_and_refresh},
        row{"past refresh-ahead, fetch in flight",
            {.loaded = 9min, .in_flight = true},
            known,
            key_lookup_action::use},
        row{"past refresh-ahead, in back-off",
            {.loaded = 9min, .attempt = 1s, .failures = 1, .backoff = 1ns},
            known,
            key_lookup_action::use},
        row{"past refresh-ahead, back-off over",
            {.loaded = 9min, .attempt = 1s, .failures = 1, .backoff = 0s},
            known,
            key_lookup_action::use_and_refresh},
        row{"past refresh-ahead, last attempt within the cool-down but answered",
            {.loaded = 8min, .attempt = 1s},
            known,
            key_lookup_action::use_and_refresh},
        row{"past max-age", {.loaded = 11min}, known, key_lookup_action::use_and_refresh},
        row{"past max-age, fetch in flight",
            {.loaded = 11min, .in_flight = true},
            known,
            key_lookup_action::use},
        row{"past max-age, in back-off",
            {.loaded = 11min, .attempt = 1s, .failures = 3, .backoff = 3s},
            known,
            key_lookup_action::use},
        row{"just before max-stale, in back-off",
            {.loaded = 24h - 1ns, .attempt = 1s, .failures = 9, .backoff = 60s},
            known,
            key_lookup_action::use},
        row{"past max-stale", {.loaded = 24h}, known, key_lookup_action::refresh_and_wait},
        row{"past max-stale, fetch in flight",
            {.loaded = 25h, .in_flight = true},
            known,
            key_lookup_action::wait},
        row{"past max-stale, in back-off",
            {.loaded = 25h, .attempt = 1s, .failures = 9, .backoff = 60s},
            known,
            key_lookup_action::unavailable},
        row{"past max-stale, back-off over",
            {.loaded = 25h, .attempt = 61s, .failures = 9, .backoff = 0s},
            known,
            key_lookup_action::refresh_and_wait}));

INSTANTIATE_TEST_SUITE_P(
    unknown_kid, policy_table,
    testing::Values(
        row{"fetch in flight",
            {.loaded = 1min, .in_flight = true},
            unknown,
            key_lookup_action::wait},
        row{"fetch in flight, negative",
            {.loaded = 1min, .in_flight = true, .negative = true},
            unknown,
            key_lookup_action::wait},
        row{"cool-down over", {.loaded = 30s}, unknown, key_lookup_action::refresh_and_wait},
        row{"cool-down over, negative",
            {.loaded = 31s, .negative = true},
            unknown,
            key_lookup_action::unknown_key},
        row{"within the cool-down", {.loaded = 30s - 1ns}, unknown, key_lookup_action::unknown_key},
        row{"within the cool-down, negative",
            {.loaded = 1s, .negative = true},
            unknown,
            key_lookup_action::unknown_key},
        row{"cool-down counts from the last attempt, not from the last success",
            {.loaded = 5min, .attempt = 29s, .failures = 1},
            unknown,
            key_lookup_action::unavailable},
        row{"within the cool-down of an attempt that failed, negative",
            {.loaded = 40s, .attempt = 5s, .failures = 1, .negative = true},
            unknown,
            key_lookup_action::unknown_key},
        row{"cool-down over, last attempt failed, in back-off",
            {.loaded = 5min, .attempt = 31s, .failures = 7, .backoff = 29s},
            unknown,
            key_lookup_action::unavailable},
        row{"cool-down over, last attempt failed, back-off over",
            {.loaded = 5min, .attempt = 61s, .failures = 7},
            unknown,
            key_lookup_action::refresh_and_wait},
        row{"set past max-age, cool-down and back-off over",
            {.loaded = 11min, .attempt = 30s, .failures = 5},
            unknown,
            key_lookup_action::refresh_and_wait},
        row{"set past max-age, within the cool-down of a failure",
            {.loaded = 11min, .attempt = 3s, .failures = 5, .backoff = 2s},
            unknown,
            key_lookup_action::unavailable},
        row{"set past max-age, fetch in flight",
            {.loaded = 11min, .attempt = 3s, .in_flight = true},
            unknown,
            key_lookup_action::wait},
        row{"set past max-stale", {.loaded = 25h}, unknown, key_lookup_action::refresh_and_wait},
        row{"set past max-stale, in back-off",
            {.loaded = 25h, .attempt = 40s, .failures = 9, .backoff = 20s},
            unknown,
            key_lookup_action::unavailable}));

INSTANTIATE_TEST_SUITE_P(
    never_loaded, policy_table,
    testing::Values(row{"never tried", {}, unknown, key_lookup_action::refresh_and_wait},
                    row{"first fetch in flight",
                        {.attempt = 1s, .in_flight = true},
                        unknown,
                        key_lookup_action::wait},
                    row{"in back-off",
                        {.attempt = 1s, .failures = 1, .backoff = 1ns},
                        unknown,
                        key_lookup_action::unavailable},
                    row{"back-off over: the next request starts the fetch, cool-down or not",
                        {.attempt = 1s, .failures = 1, .backoff = 0s},
                        unknown,
                        key_lookup_action::refresh_and_wait},
                    row{"later fetch in flight",
                        {.attempt = 1s, .failures = 4, .in_flight = true},
                        unknown,
                        key_lookup_action::wait}));

class second_look_table : public testing::TestWithParam<row> {};

TEST_P(second_look_table, decides) {
  const auto& [name, when, is_known, expected] = GetParam();
  EXPECT_EQ(decide_after_wait(state_of(when), is_known, now, defaults), expected) << name;
}

INSTANTIATE_TEST_SUITE_P(
    all, second_look_table,
    testing::Values(row{"the fetch brought the kid", {.loaded = 0s}, known, key_lookup_action::use},
                    row{"the fetch answered without the kid",
                        {.loaded = 0s},
                        unknown,
                        key_lookup_action::unknown_key},
                    row{"the fetch failed, the kid is unknown",
                        {.loaded = 5min, .attempt = 1s, .failures = 1, .backoff = 1s},
                        unknown,
                        key_lookup_action::unavailable},
                    row{"the deadline came before the answer",
                        {.loaded = 5min, .attempt = 1s, .in_flight = true},
                        unknown,
                        key_lookup_action::unavailable},
                    row{"the first fetch failed",
                        {.attempt = 1s, .failures = 1, .backoff = 1s},
                        unknown,
                        key_lookup_action::unavailable},
                    row{"the deadline came before the first answer",
                        {.attempt = 1s, .in_flight = true},
                        unknown,
                        key_lookup_action::unavailable},
                    row{"the fetch failed, the set is past max-stale",
                        {.loaded = 24h, .attempt = 1s, .failures = 1, .backoff = 1s},
                        known,
                        key_lookup_action::unavailable},
                    row{"the fetch failed, the set became known and usable before",
                        {.loaded = 5min, .attempt = 1s, .failures = 1},
                        known,
                        key_lookup_action::use}));

const std::vector<std::string> k1{"k1"};

// A set that has just been loaded.
refresh_state loaded() {
  refresh_state state;
  begin_fetch(state, now);
  apply(state, keys_loaded{.max_age = 10min, .changed = true, .kids = k1}, 0.5, now, defaults);
  return state;
}

TEST(refresh_transitions, start_marks_the_fetch_and_the_attempt) {
  refresh_state state;
  begin_fetch(state, now);
  EXPECT_TRUE(state.in_flight);
  EXPECT_EQ(state.last_attempt, now);
  EXPECT_EQ(state.last_success, std::nullopt);
}

TEST(refresh_transitions, success_ends_the_fetch_and_all_failures) {
  refresh_state state;
  begin_fetch(state, now);
  apply(state, fetch_failed{0s}, 0.5, now, defaults);
  begin_fetch(state, now + 1s);
  apply(state, keys_loaded{.max_age = 5min, .changed = true, .kids = k1}, 0.5, now + 2s, defaults);
  EXPECT_FALSE(state.in_flight);
  EXPECT_EQ(state.failures, 0U);
  EXPECT_EQ(state.last_success, now + 2s);
  EXPECT_EQ(state.last_attempt, now + 1s);
  EXPECT_EQ(state.max_age, 5min);
  EXPECT_EQ(state.generation, 1U);
}

TEST(refresh_transitions, chance_places_the_refresh_ahead_moment) {
  struct {
    double chance;
    steady_duration expected;
  } const cases[] = {{0.0, 7min}, {0.5, 8min}, {0.75, 8min + 30s}};
  for (const auto& [chance, expected] : cases) {
    refresh_state state;
    begin_fetch(state, now);
    apply(state, keys_loaded{.max_age = 10min, .kids = k1}, chance, now, defaults);
    EXPECT_LT(std::chrono::abs(state.refresh_at - now - expected), 1us) << chance;
  }
}

TEST(refresh_transitions, refresh_ahead_is_never_past_max_age) {
  auto settings = defaults;
  settings.refresh_ahead = 1.0;
  refresh_state state;
  begin_fetch(state, now);
  apply(state, keys_loaded{.max_age = 10min, .kids = k1}, 0.999, now, settings);
  EXPECT_EQ(state.refresh_at, now + 10min);
}

TEST(refresh_transitions, generation_grows_only_with_a_set_that_differs) {
  auto state = loaded();
  begin_fetch(state, now);
  apply(state, keys_loaded{.max_age = 10min, .changed = false, .kids = k1}, 0, now, defaults);
  EXPECT_EQ(state.generation, 1U);
  begin_fetch(state, now);
  apply(state, keys_loaded{.max_age = 10min, .changed = true, .kids = k1}, 0, now, defaults);
  EXPECT_EQ(state.generation, 2U);
}

TEST(refresh_transitions, failures_back_off_from_one_second_doubling_to_sixty) {
  refresh_state state;
  const std::vector<steady_duration> expected{1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s, 60s};
  for (const auto wait : expected) {
    begin_fetch(state, now);
    apply(state, fetch_failed{0s}, 0.5, now, defaults);
    EXPECT_EQ(state.retry_at - now, wait) << "failure " << state.failures;
  }
  EXPECT_FALSE(state.in_flight);
}

TEST(refresh_transitions, back_off_does_not_overflow) {
  refresh_state state;
  auto settings = defaults;
  settings.backoff_first = 1ns;
  for (int i = 0; i < 5000; ++i) apply(state, fetch_failed{0s}, 0.5, now, settings);
  EXPECT_EQ(state.retry_at - now, 60s);
}

TEST(refresh_transitions, a_providers_retry_after_lengthens_the_back_off_within_bounds) {
  struct {
    steady_duration asked;
    steady_duration expected;
  } const cases[] = {{0s, 1s}, {20s, 20s}, {1h, 60s}};
  for (const auto& [asked, expected] : cases) {
    refresh_state state;
    begin_fetch(state, now);
    apply(state, fetch_failed{asked}, 0.5, now, defaults);
    EXPECT_EQ(state.retry_at - now, expected);
  }
}

TEST(refresh_transitions, a_failure_leaves_the_good_set_as_it_is) {
  auto state = loaded();
  const auto before = state;
  begin_fetch(state, now + 9min);
  apply(state, fetch_failed{0s}, 0.5, now + 9min, defaults);
  EXPECT_EQ(state.last_success, before.last_success);
  EXPECT_EQ(state.refresh_at, before.refresh_at);
  EXPECT_EQ(state.generation, before.generation);
  EXPECT_EQ(decide(state, "k1", {}, known, now + 9min, defaults), key_lookup_action::use);
}

TEST(negative_kids, are_made_only_by_a_fetch_that_answered_without_the_kid) {
  auto state = loaded();
  begin_fetch(state, now + 40s);
  join_fetch(state, "bad", defaults);
  EXPECT_FALSE(state.negative.contains("bad", now + 40s)) << "by waiting";
  apply(state, fetch_failed{0s}, 0.5, now + 41s, defaults);
  EXPECT_FALSE(state.negative.contains("bad", now + 41s)) << "by a failure";
  begin_fetch(state, now + 80s);
  apply(state, keys_loaded{.max_age = 10min, .changed = false, .kids = k1}, 0, now + 80s, defaults);
  EXPECT_FALSE(state.negative.contains("bad", now + 80s)) << "by an answer it did not wait for";
  begin_fetch(state, now + 120s);
  join_fetch(state, "bad", defaults);
  apply(state, keys_loaded{.max_age = 10min, .changed = false, .kids = k1}, 0, now + 120s,
        defaults);
  EXPECT_TRUE(state.negative.contains("bad", now + 120s));
}

TEST(negative_kids, do_not_hold_a_kid_the_fetch_brought) {
  auto state = loaded();
  begin_fetch(state, now);
  join_fetch(state, "k2", defaults);
  join_fetch(state, "bad", defaults);
  const std::vector<std::string> both{"k1", "k2"};
  apply(state, keys_loaded{.max_age = 10min, .changed = true, .kids = both}, 0, now, defaults);
  EXPECT_FALSE(state.negative.contains("k2", now));
  EXPECT_TRUE(state.negative.contains("bad", now));
}

TEST(negative_kids, are_forgotten_after_sixty_seconds) {
  auto state = loaded();
  begin_fetch(state, now);
  join_fetch(state, "bad", defaults);
  apply(state, keys_loaded{.max_age = 10min, .changed = false, .kids = k1}, 0, now, defaults);
  EXPECT_EQ(decide(state, "bad", {}, unknown, now + 60s - 1ns, defaults),
            key_lookup_action::unknown_key);
  EXPECT_EQ(decide(state, "bad", {}, unknown, now + 60s, defaults),
            key_lookup_action::refresh_and_wait);
  EXPECT_EQ(state.negative.size(now + 59s), 1U);
  EXPECT_EQ(state.negative.size(now + 60s), 0U);
}

TEST(negative_kids, are_cleared_by_a_set_that_differs_and_only_by_that) {
  auto state = loaded();
  state.negative.add("bad", now + 60s, 128);
  begin_fetch(state, now + 1s);
  apply(state, keys_loaded{.max_age = 10min, .changed = false, .kids = k1}, 0, now + 1s, defaults);
  EXPECT_TRUE(state.negative.contains("bad", now + 1s));
  begin_fetch(state, now + 2s);
  apply(state, keys_loaded{.max_age = 10min, .changed = true, .kids = k1}, 0, now + 2s, defaults);
  EXPECT_FALSE(state.negative.contains("bad", now + 2s));
}

TEST(negative_kids, are_bounded_and_the_oldest_goes_first) {
  negative_kids list;
  for (int i = 0; i < 200; ++i) list.add("kid" + std::to_string(i), now + 60s, 128);
  EXPECT_EQ(list.size(now), 128U);
  EXPECT_FALSE(list.contains("kid71", now));
  EXPECT_TRUE(list.contains("kid72", now));
  EXPECT_TRUE(list.contains("kid199", now));
}

TEST(negative_kids, a_kid_is_listed_once_with_its_latest_time) {
  negative_kids list;
  list.add("bad", now + 1s, 128);
  list.add("bad", now + 60s, 128);
  EXPECT_EQ(list.size(now), 1U);
  EXPECT_TRUE(list.contains("bad", now + 30s));
}

TEST(negative_kids, of_limit_zero_hold_nothing) {
  negative_kids list;
  list.add("bad", now + 1s, 0);
  EXPECT_EQ(list.size(now), 0U);
}

TEST(negative_kids, a_kid_mentioned_again_and_again_does_not_gather) {
  negative_kids list;
  list.add("other", now + 60s, 2);
  for (int i = 0; i < 1000; ++i) list.add("bad", now + 60s, 2);
  EXPECT_TRUE(list.contains("bad", now));
  EXPECT_LE(list.size(now), 2U);
  list.add("new", now + 60s, 2);
  list.add("newest", now + 60s, 2);
  EXPECT_FALSE(list.contains("bad", now));
  EXPECT_TRUE(list.contains("newest", now));
}

// What one thread takes, so that a busy machine makes no difference.
double cpu_seconds() {
  ::timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

TEST(negative_kids, cost_the_same_however_many_there_are) {
  refresh_settings many;
  many.negative_kids = 10'000;
  std::vector<std::string> kids;
  for (int i = 0; i < 10'000; ++i) kids.push_back(std::string(250, 'k') + std::to_string(i));
  auto state = loaded();
  const auto began = cpu_seconds();
  begin_fetch(state, now);
  for (const auto& kid : kids) join_fetch(state, kid, many);
  apply(state, keys_loaded{.max_age = 10min, .changed = false, .kids = k1}, 0, now, many);
  for (const auto& kid : kids) EXPECT_TRUE(state.negative.contains(kid, now));
  // Each of these displaces one.
  for (const auto& kid : kids) state.negative.add(kid + "x", now + 60s, many.negative_kids);
  EXPECT_LT(cpu_seconds() - began, 0.6) << "some ten milliseconds without optimisation";
  EXPECT_EQ(state.negative.size(now), many.negative_kids);
}

TEST(wall_clock, that_ran_on_further_makes_the_keys_older) {
  core::wall_time wall{std::chrono::hours{400'000}};
  auto state = loaded();
  begin_fetch(state, now);
  apply(state, keys_loaded{.max_age = 10min, .changed = false, .kids = k1, .wall = wall}, 0.5, now,
        defaults);
  const auto later = now + 3s;
  note_wall(state, later, wall + 3s);
  EXPECT_EQ(decide(state, "k1", {}, known, later, defaults), key_lookup_action::use);
  note_wall(state, later, wall + 9min);
  EXPECT_EQ(state_of(state, later, defaults), keys_state::fresh);
  EXPECT_EQ(decide(state, "k1", {}, known, later, defaults), key_lookup_action::use_and_refresh);
  EXPECT_LE(next_refresh(state), later);
  note_wall(state, later, wall + 11min);
  EXPECT_EQ(state_of(state, later, defaults), keys_state::stale);
  note_wall(state, later, wall + 48h);
  EXPECT_EQ(state_of(state, later, defaults), keys_state::expired);
  EXPECT_FALSE(usable(state, later, defaults));
  EXPECT_EQ(decide(state, "k1", {}, known, later, defaults), key_lookup_action::refresh_and_wait);
}

TEST(wall_clock, that_was_set_back_makes_them_no_younger_and_leaves_no_trace) {
  core::wall_time wall{std::chrono::hours{400'000}};
  auto state = loaded();
  begin_fetch(state, now);
  apply(state, keys_loaded{.max_age = 10min, .changed = false, .kids = k1, .wall = wall}, 0.5, now,
        defaults);
  note_wall(state, now + 23h, wall - 48h);
  EXPECT_TRUE(usable(state, now + 23h, defaults));
  EXPECT_FALSE(usable(state, now + 24h, defaults));
  note_wall(state, now + 1s, wall + 48h);
  EXPECT_FALSE(usable(state, now + 1s, defaults));
  note_wall(state, now + 2s, wall + 2s);
  EXPECT_TRUE(usable(state, now + 2s, defaults));
  note_wall(state, now + 2s, core::wall_time::max());
  EXPECT_FALSE(usable(state, now + 2s, defaults));
}

TEST(withdrawal, leaves_nothing_to_use_and_asks_again_after_the_back_off) {
  auto state = loaded();
  const auto generation = state.generation;
  state.negative.add("bad", now + 60s, 128);
  begin_fetch(state, now + 1min);
  apply(state, keys_withdrawn{}, 0.5, now + 1min, defaults);
  EXPECT_EQ(state.generation, generation + 1);
  EXPECT_EQ(state_of(state, now + 1min, defaults), keys_state::withdrawn);
  EXPECT_FALSE(usable(state, now + 1min, defaults));
  EXPECT_EQ(decide(state, "k1", {}, known, now + 1min, defaults), key_lookup_action::unavailable);
  EXPECT_EQ(decide(state, "k1", {}, unknown, now + 1min, defaults), key_lookup_action::unavailable);
  EXPECT_EQ(next_refresh(state), now + 1min + 1s);
  EXPECT_EQ(decide(state, "k1", {}, known, now + 1min + 1s, defaults),
            key_lookup_action::refresh_and_wait);
  EXPECT_EQ(state.negative.size(now), 0U);
  begin_fetch(state, now + 2min);
  apply(state, keys_withdrawn{}, 0.5, now + 2min, defaults);
  EXPECT_EQ(state.generation, generation + 1) << "there was nothing left to take away";
}

TEST(refresh_transitions, asked_kids_are_bounded_and_listed_once) {
  refresh_state state;
  begin_fetch(state, now);
  for (int i = 0; i < 3; ++i) join_fetch(state, "same", defaults);
  EXPECT_EQ(state.asked.size(), 1U);
  for (int i = 0; i < 500; ++i) join_fetch(state, "kid" + std::to_string(i), defaults);
  EXPECT_EQ(state.asked.size(), 128U);
}

TEST(refresh_schedule, says_when_a_fetch_is_due_without_requests) {
  refresh_state state;
  EXPECT_EQ(next_refresh(state), steady_time::max()) << "nothing was ever asked for";
  begin_fetch(state, now);
  EXPECT_EQ(next_refresh(state), steady_time::max()) << "in flight";
  apply(state, fetch_failed{0s}, 0.5, now, defaults);
  EXPECT_EQ(next_refresh(state), now + 1s) << "after a failure";
  begin_fetch(state, now + 1s);
  apply(state, keys_loaded{.max_age = 10min, .kids = k1}, 0.5, now + 1s, defaults);
  EXPECT_EQ(next_refresh(state), state.refresh_at) << "after a success";
  begin_fetch(state, now + 9min);
  apply(state, fetch_failed{0s}, 0.5, now + 9min, defaults);
  EXPECT_EQ(next_refresh(state), now + 9min + 1s) << "loaded, after a failure";
}

TEST(retry_after_seconds, are_whole_rounded_up_and_at_least_one) {
  struct {
    steady_duration left;
    unsigned expected;
  } const cases[] = {{-5s, 1}, {0s, 1}, {1ns, 1}, {1s, 1}, {1s + 1ns, 2}, {59s + 1ms, 60}};
  for (const auto& [left, expected] : cases) {
    EXPECT_EQ(retry_after(state_of({.attempt = 1s, .failures = 1, .backoff = left}), now),
              expected);
  }
  EXPECT_EQ(retry_after(refresh_state{}, now), 1U) << "never tried";
  EXPECT_EQ(retry_after(loaded(), now), 1U);
}

TEST(actions, print_as_words) {
  EXPECT_EQ(testing::PrintToString(key_lookup_action::refresh_and_wait), "refresh_and_wait");
  EXPECT_EQ(to_string(key_lookup_action::use_and_refresh), "use_and_refresh");
}

TEST(refresh_settings, that_contradict_themselves_are_refused) {
  EXPECT_NO_THROW(check(defaults));
  struct {
    const char* named;
    void (*spoil)(refresh_settings&);
  } const cases[] = {
      {"max_age", [](refresh_settings& s) { s.max_age = 0s; }},
      {"shortest_max_age", [](refresh_settings& s) { s.shortest_max_age = -1s; }},
      {"longest_max_age", [](refresh_settings& s) { s.longest_max_age = 59s; }},
      {"refresh_ahead", [](refresh_settings& s) { s.refresh_ahead = 1.1; }},
      {"refresh_ahead", [](refresh_settings& s) { s.refresh_ahead = 0.15; }},
      {"refresh_ahead", [](refresh_settings& s) { s.jitter = -0.1; }},
      {"cooldown", [](refresh_settings& s) { s.cooldown = 0s; }},
      {"negative_kids", [](refresh_settings& s) { s.negative_kids = 1'000'000; }},
      {"negative_ttl", [](refresh_settings& s) { s.negative_ttl = 0s; }},
      {"backoff_first", [](refresh_settings& s) { s.backoff_first = 0s; }},
      {"backoff_max", [](refresh_settings& s) { s.backoff_max = 999ms; }},
      {"max_stale", [](refresh_settings& s) { s.max_stale = 9min; }},
      {"max_stale", [](refresh_settings& s) { s.max_stale = steady_duration::max(); }},
  };
  for (const auto& [named, spoil] : cases) {
    auto settings = defaults;
    spoil(settings);
    try {
      check(settings);
      ADD_FAILURE() << named << " was let through";
    } catch (const std::invalid_argument& refused) {
      EXPECT_THAT(refused.what(), testing::HasSubstr(named));
    }
  }
}

TEST(client_share, one_who_caused_a_fetch_in_vain_waits_longer_than_the_others) {
  auto state = loaded();
  begin_fetch(state, now, refresh_cause{"192.0.2.1", "bad"});
  join_fetch(state, "bad", defaults);
  apply(state, keys_loaded{.max_age = 10min, .changed = false, .kids = k1}, 0.5, now, defaults);
  struct {
    const char* client;
    steady_duration later;
    key_lookup_action expected;
  } const cases[] = {
      {"192.0.2.1", 30s - 1ns, key_lookup_action::unknown_key},
      {"192.0.2.2", 30s - 1ns, key_lookup_action::unknown_key},
      {"192.0.2.1", 30s, key_lookup_action::unknown_key},
      {"192.0.2.2", 30s, key_lookup_action::refresh_and_wait},
      {"192.0.2.1", 120s - 1ns, key_lookup_action::unknown_key},
      {"192.0.2.1", 120s, key_lookup_action::refresh_and_wait},
  };
  for (const auto& [client, later, expected] : cases) {
    EXPECT_EQ(decide(state, "k2", client, unknown, now + later, defaults), expected)
        << client << ' ' << later.count();
  }
  EXPECT_EQ(decide(state, "k1", "192.0.2.1", known, now + 1s, defaults), key_lookup_action::use);
}

TEST(client_share, is_not_touched_by_a_fetch_that_brought_the_key_or_failed) {
  auto state = loaded();
  const std::vector<std::string> both{"k1", "k2"};
  begin_fetch(state, now, refresh_cause{"192.0.2.1", "k2"});
  apply(state, keys_loaded{.max_age = 10min, .changed = true, .kids = both}, 0.5, now, defaults);
  EXPECT_EQ(decide(state, "k3", "192.0.2.1", unknown, now + 30s, defaults),
            key_lookup_action::refresh_and_wait);
  begin_fetch(state, now + 30s, refresh_cause{"192.0.2.1", "k3"});
  apply(state, fetch_failed{0s}, 0.5, now + 31s, defaults);
  EXPECT_EQ(decide(state, "k3", "192.0.2.1", unknown, now + 60s, defaults),
            key_lookup_action::refresh_and_wait);
  auto whole = defaults;
  whole.client_share = 1;
  begin_fetch(state, now + 60s, refresh_cause{"192.0.2.1", "bad"});
  apply(state, keys_loaded{.max_age = 10min, .changed = false, .kids = k1}, 0.5, now + 60s, whole);
  EXPECT_EQ(decide(state, "k3", "192.0.2.1", unknown, now + 90s, whole),
            key_lookup_action::refresh_and_wait);
}

TEST(refresh_transitions, unknown_kids_start_nothing_while_the_back_off_lasts) {
  auto state = loaded();
  begin_fetch(state, now);
  apply(state, fetch_failed{50s}, 0.5, now, defaults);
  EXPECT_EQ(decide(state, "k2", {}, unknown, now + 40s, defaults), key_lookup_action::unavailable);
  EXPECT_EQ(decide(state, "k2", {}, unknown, now + 50s, defaults),
            key_lookup_action::refresh_and_wait);
}

TEST(refresh_transitions, chance_moves_the_back_off_but_not_what_the_provider_asked_for) {
  struct {
    double chance;
    steady_duration asked;
    steady_duration expected;
  } const cases[] = {{0.0, 0s, 900ms}, {0.5, 0s, 1s}, {0.0, 20s, 20s}};
  for (const auto& [chance, asked, expected] : cases) {
    refresh_state state;
    begin_fetch(state, now);
    apply(state, fetch_failed{asked}, chance, now, defaults);
    EXPECT_EQ(state.retry_at - now, expected);
  }
}

TEST(fails_closed, keys_are_used_up_to_their_max_age_and_not_longer) {
  auto settings = defaults;
  settings.max_stale = 0s;
  EXPECT_NO_THROW(check(settings));
  auto state = loaded();
  const auto end = *state.last_success + state.max_age;
  EXPECT_TRUE(usable(state, end - 1ns, settings));
  EXPECT_FALSE(usable(state, end, settings));
  EXPECT_EQ(decide(state, "k1", {}, known, end, settings), key_lookup_action::refresh_and_wait);
  begin_fetch(state, end);
  apply(state, fetch_failed{0s}, 0.5, end, settings);
  EXPECT_EQ(decide(state, "k1", {}, known, end, settings), key_lookup_action::unavailable);
}

TEST(keys_state, follows_the_age_of_the_set) {
  refresh_state state;
  EXPECT_EQ(state_of(state, now, defaults), keys_state::never_loaded);
  state = loaded();
  const auto came = *state.last_success;
  struct {
    steady_duration age;
    keys_state expected;
  } const cases[] = {{0s, keys_state::fresh},
                     {10min - 1ns, keys_state::fresh},
                     {10min, keys_state::stale},
                     {24h - 1ns, keys_state::stale},
                     {24h, keys_state::expired}};
  for (const auto& [age, expected] : cases) {
    EXPECT_EQ(to_string(state_of(state, came + age, defaults)), to_string(expected));
  }
}

}  // namespace
}  // namespace latchkey::auth
