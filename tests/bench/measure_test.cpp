#include "verify/measure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>

namespace latchkey::bench {
namespace {

constexpr pace short_pace{0.002, 3, time_kind::wall};

bool never() {
  return false;
}
void untold(std::size_t, std::size_t) {}

// Right as often as it is asked, and takes some time for it.
std::size_t work(std::size_t iterations) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::microseconds{20};
  while (std::chrono::steady_clock::now() < until) {
  }
  return iterations;
}

benchmark_case good(std::string name, std::size_t step = 1) {
  return {std::move(name), work, [] { return true; }, step};
}

TEST(measure, every_stage_has_a_rate_of_every_round) {
  const std::vector<benchmark_case> cases{good("a"), good("b")};
  const auto rows = measure_rounds(cases, short_pace, never, untold);
  ASSERT_EQ(rows.size(), 2U);
  for (const auto& row : rows) {
    EXPECT_THAT(row, testing::AllOf(testing::SizeIs(3), testing::Each(testing::Gt(0))));
  }
}

TEST(measure, the_rate_is_of_the_time_it_took) {
  // 50 microseconds for each: 20,000 a second at most, and no clock is so bad as to hide it.
  const benchmark_case slow{"slow",
                            [](std::size_t iterations) {
                              const auto until = std::chrono::steady_clock::now() +
                                                 iterations * std::chrono::microseconds{50};
                              while (std::chrono::steady_clock::now() < until) {
                              }
                              return iterations;
                            },
                            {}};
  const auto rows = measure_rounds({&slow, 1}, short_pace, never, untold);
  EXPECT_THAT(rows[0], testing::Each(testing::Le(20'001.0)));
}

TEST(measure, iterations_are_multiples_of_the_step) {
  std::vector<std::size_t> seen;
  auto one = good("batch", 8);
  one.run = [&seen](std::size_t iterations) {
    seen.push_back(iterations);
    return work(iterations);
  };
  measure_rounds({&one, 1}, short_pace, never, untold);
  ASSERT_FALSE(seen.empty());
  for (const auto iterations : seen) EXPECT_EQ(iterations % 8, 0U);
}

TEST(measure, a_valid_token_refused_ends_it) {
  auto one = good("stage");
  one.run = [](std::size_t iterations) { return work(iterations) - 1; };
  EXPECT_THROW(measure_rounds({&one, 1}, short_pace, never, untold), wrong_answer);
}

TEST(measure, a_bad_token_accepted_ends_it) {
  auto one = good("stage");
  one.refuses_bad = [] { return false; };
  EXPECT_THROW(measure_rounds({&one, 1}, short_pace, never, untold), wrong_answer);
}

TEST(measure, a_round_that_is_stopped_does_not_count) {
  const std::vector<benchmark_case> cases{good("a"), good("b")};
  bool stopped = false;
  std::size_t last = 0;
  const auto rows = measure_rounds(
      cases, short_pace, [&stopped] { return stopped; },
      [&](std::size_t done, std::size_t of) {
        EXPECT_EQ(of, 6U);
        last = done;
        stopped = done == 3;  // after the first case of the second round
      });
  EXPECT_EQ(last, 3U);
  EXPECT_THAT(rows, testing::Each(testing::SizeIs(1)));
}

TEST(measure, stopped_before_it_began_there_is_nothing) {
  const std::vector<benchmark_case> cases{good("a")};
  const auto rows = measure_rounds(cases, short_pace, [] { return true; }, untold);
  EXPECT_THAT(rows, testing::ElementsAre(testing::IsEmpty()));
}

TEST(measure, a_crew_is_as_fast_as_its_members_together) {
  const auto ran = std::make_shared<std::atomic<int>>(0);
  const auto member = [ran] {
    auto one = good("member");
    one.refuses_bad = [ran] { return ++*ran > 0; };
    return one;
  };
  const std::vector<parallel_case> cases{{{member()}}, {{member(), member(), member()}}};
  const auto rows = measure_parallel(cases, {0.002, 1, time_kind::wall}, never, untold);
  EXPECT_THAT(rows.rates, testing::Each(testing::ElementsAre(testing::Gt(0))));
  EXPECT_THAT(rows.busy, testing::Each(testing::ElementsAre(testing::Gt(0))));
  EXPECT_EQ(*ran, 2 * (1 + 3));  // each member in the warm-up and in the round
}

TEST(measure, a_wrong_answer_on_another_thread_ends_it) {
  auto wrong = good("wrong");
  wrong.run = [](std::size_t) { return std::size_t{0}; };
  const std::vector<parallel_case> cases{{{good("a"), wrong, good("b")}}};
  EXPECT_THROW(measure_parallel(cases, short_pace, never, untold), wrong_answer);
}

}  // namespace
}  // namespace latchkey::bench
