#include <latchkey/app/traffic.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;
using testing::DoubleEq;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

core::steady_time at(std::chrono::seconds since) {
  return core::steady_time{since};
}

// So many answered with 200 in at most 100 us.
void answer(request_totals& of, const std::string& route, std::uint64_t count) {
  of.routes[route].requests[0][2] += count;
  of.routes[route].durations[1] += count;
}

TEST(traffic, nothing_is_known_before_the_first_figures) {
  request_totals now;
  answer(now, "/notes", 5);
  const auto seen = traffic_history{}.report(at(1s), now);
  EXPECT_EQ(seen.seconds, 0);
  EXPECT_THAT(seen.routes, IsEmpty());
}

TEST(traffic, is_what_has_come_since) {
  request_totals now;
  answer(now, "/notes", 5);
  now.refusals["token_expired"] = 2;
  now.refusals["bad_field"] = 1;
  traffic_history history;
  history.add(at(0s), now);
  answer(now, "/notes", 20);
  answer(now, "/new", 40);
  now.routes["/notes"].requests[2][4] = 4;
  now.routes["/notes"].requests[2][5] = 3;
  now.routes["/notes"].requests[2][0] = 1;
  now.refusals["token_expired"] = 6;
  const auto seen = history.report(at(20s), now);
  EXPECT_EQ(seen.seconds, 20);
  ASSERT_EQ(seen.routes.size(), 2U);
  EXPECT_EQ(seen.routes[0].route, "/new") << "the most first";
  EXPECT_THAT(seen.routes[0].per_second, DoubleEq(2));
  EXPECT_EQ(seen.routes[1].requests, 28U);
  EXPECT_EQ(seen.routes[1].refused, 4U);
  EXPECT_EQ(seen.routes[1].failed, 4U);
  EXPECT_EQ(seen.all.requests, 68U);
  EXPECT_THAT(seen.all.p99, DoubleNear(0.0001, 0.000001));
  EXPECT_THAT(seen.refusals, ElementsAre(Pair("token_expired", 4U)));
}

TEST(traffic, forgets_what_is_older_than_its_window) {
  request_totals now;
  traffic_history history;
  answer(now, "/early", 100);
  for (auto time = 0s; time <= 600s; time += traffic_history::step) {
    history.add(at(time), now);
    answer(now, "/notes", 10);
  }
  const auto seen = history.report(at(600s), now);
  EXPECT_EQ(seen.seconds, 300);
  ASSERT_EQ(seen.routes.size(), 1U);
  EXPECT_EQ(seen.routes[0].requests, 310U);
  EXPECT_EQ(seen.per_second.size(), 30U);
  EXPECT_THAT(seen.per_second, testing::Each(DoubleEq(1)));
}

struct quantile_case {
  std::string name;
  std::vector<std::pair<std::size_t, std::uint64_t>> counts;
  double of;
  double seconds;
};

class DurationQuantile : public testing::TestWithParam<quantile_case> {};

TEST_P(DurationQuantile, is_estimated_within_its_bucket) {
  std::vector<std::uint64_t> counts(duration_bounds.size() + 1);
  for (const auto& [bucket, count] : GetParam().counts) counts[bucket] = count;
  EXPECT_THAT(duration_quantile(counts, GetParam().of), DoubleNear(GetParam().seconds, 1e-9));
}

INSTANTIATE_TEST_SUITE_P(
    table, DurationQuantile,
    testing::ValuesIn(std::vector<quantile_case>{
        {"none", {}, 0.99, 0},
        {"half_of_the_first", {{0, 10}}, 0.5, 0.000025},
        {"all_of_one", {{2, 10}}, 1, 0.00025},
        {"in_the_second", {{0, 50}, {1, 50}}, 0.75, 0.000075},
        {"at_a_border", {{0, 50}, {4, 50}}, 0.5, 0.00005},
        {"over_empty_ones", {{0, 1}, {6, 99}}, 0.99, 0.0025 + 0.0025 * 98 / 99},
        {"above_all", {{18, 3}}, 0.99, 30},
    }),
    support::case_name);

}  // namespace
}  // namespace latchkey::app
