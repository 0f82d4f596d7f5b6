#include <latchkey/app/request_counts.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <chrono>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;
using http::verb;

http::exchange ended(std::size_t route, verb method, unsigned status,
                     std::chrono::microseconds took = 70us) {
  http::exchange one;
  one.protocol = "HTTP/1.1";
  one.route_index = route;
  one.verb = method;
  one.status = status;
  one.took = took;
  return one;
}

class RequestCounts : public testing::Test {
 protected:
  // As thread `index` of the pool.
  void add(const http::exchange& one, std::size_t index = 0) {
    const async::io_pool::thread_scope here{pool_, index};
    counts_.add(one);
  }

  async::io_pool pool_{2};
  request_counts counts_{pool_};
};

TEST_F(RequestCounts, are_added_up_by_route_over_all_threads) {
  const auto notes = counts_.index_of("/notes");
  add(ended(notes, verb::get, 200));
  add(ended(notes, verb::get, 204), 1);
  add(ended(notes, verb::post, 503), 1);
  add(ended(0, verb::get, 404));
  const auto all = counts_.totals();
  const auto& of = all.routes.at("/notes");
  EXPECT_EQ(of.requests[counted_method(verb::get)][2], 2U);
  EXPECT_EQ(of.requests[counted_method(verb::post)][5], 1U);
  EXPECT_EQ(of.durations[1], 3U);
  EXPECT_EQ(of.took_us, 210U);
  EXPECT_EQ(all.routes.at("none").requests[counted_method(verb::get)][4], 1U);
  EXPECT_TRUE(all.refusals.empty());
}

TEST_F(RequestCounts, go_on_where_a_pattern_comes_again) {
  const auto first = counts_.index_of("/notes");
  add(ended(first, verb::get, 200));
  EXPECT_NE(counts_.index_of("/other"), first);
  EXPECT_EQ(counts_.index_of("/notes"), first);
}

TEST_F(RequestCounts, have_bodies_and_reasons) {
  auto one = ended(counts_.index_of("/notes"), verb::put, 401);
  one.bytes_in = 10;
  one.bytes_out = 20;
  one.reason = "token_expired";
  add(one);
  add(one, 1);
  const auto all = counts_.totals();
  EXPECT_EQ(all.routes.at("/notes").bytes_in, 20U);
  EXPECT_EQ(all.routes.at("/notes").bytes_out, 40U);
  EXPECT_THAT(all.refusals, testing::ElementsAre(testing::Pair("token_expired", 2U)));
}

TEST_F(RequestCounts, have_the_checks_of_other_proxies_by_what_they_were_told) {
  const http::check about;
  const auto check = [&](unsigned status, std::string_view reason, std::size_t thread = 0) {
    auto one = ended(counts_.index_of("/check/*"), verb::get, status);
    one.checked = &about;
    one.reason = reason;
    add(one, thread);
  };
  check(200, {});
  check(200, {}, 1);
  check(403, "check_not_trusted");
  check(429, "rate_limited");
  check(503, "keys_unavailable");
  add(ended(0, verb::get, 200));
  const auto all = counts_.totals();
  using testing::ElementsAre;
  using testing::Pair;
  EXPECT_THAT(all.checks[0], ElementsAre(Pair("none", 2U)));
  EXPECT_THAT(all.checks[1], ElementsAre(Pair("check_not_trusted", 1U), Pair("rate_limited", 1U)));
  EXPECT_THAT(all.checks[2], ElementsAre(Pair("keys_unavailable", 1U)));
}

TEST_F(RequestCounts, have_no_duration_of_a_head_that_was_refused) {
  http::exchange refused;
  refused.status = 400;
  refused.reason = "bad_field";
  add(refused);
  const auto all = counts_.totals();
  const auto& none = all.routes.at("none");
  EXPECT_EQ(none.requests.back()[4], 1U);
  EXPECT_THAT(none.durations, testing::Each(0U));
}

TEST_F(RequestCounts, are_not_those_of_other_threads) {
  counts_.add(ended(0, verb::get, 200));
  EXPECT_EQ(counts_.totals().routes.at("none"), route_totals{});
}

TEST_F(RequestCounts, of_more_patterns_than_are_told_apart_go_together) {
  for (std::size_t i = 0; i < request_counts::max_routes + 10; ++i) {
    const auto index = counts_.index_of("/" + std::to_string(i));
    ASSERT_LT(index, request_counts::max_routes);
    if (i > request_counts::max_routes) add(ended(index, verb::get, 200));
  }
  EXPECT_EQ(counts_.totals().routes.at("other").requests[0][2], 9U);
  EXPECT_NE(counts_.index_of("/0"), counts_.index_of("/1023"));
}

// While others ask for new routes and look at the figures.
TEST_F(RequestCounts, can_be_read_while_they_grow) {
  constexpr std::size_t count = 20'000;
  const auto notes = counts_.index_of("/notes");
  std::vector<std::thread> threads;
  for (std::size_t index = 0; index < 2; ++index) {
    threads.emplace_back([this, index, notes] {
      const async::io_pool::thread_scope here{pool_, index};
      auto one = ended(notes, verb::get, 200);
      one.reason = "why";
      for (std::size_t i = 0; i < count; ++i) counts_.add(one);
    });
  }
  std::uint64_t last = 0;
  for (int i = 0; i < 50; ++i) {
    counts_.index_of("/" + std::to_string(i));
    const auto now = counts_.totals().routes.at("/notes").requests[0][2];
    EXPECT_GE(now, last);
    last = now;
  }
  for (auto& one : threads) one.join();
  EXPECT_EQ(counts_.totals().routes.at("/notes").requests[0][2], 2 * count);
  EXPECT_EQ(counts_.totals().refusals.at("why"), 2 * count);
}

TEST(counted_method, has_a_place_for_every_method) {
  for (unsigned i = 0; i <= static_cast<unsigned>(verb::unlink); ++i) {
    const auto one = static_cast<verb>(i);
    const auto name = counted_methods.at(counted_method(one));
    EXPECT_TRUE(name == "other" || name == boost::beast::http::to_string(one)) << name;
  }
  EXPECT_EQ(counted_methods.at(counted_method(verb::delete_)), "DELETE");
  EXPECT_EQ(counted_methods.at(counted_method(verb::unknown)), "other");
}

struct bucket_case {
  std::string name;
  std::chrono::microseconds took;
  std::size_t bucket;
};

class DurationBucket : public testing::TestWithParam<bucket_case> {};

TEST_P(DurationBucket, is_the_first_that_is_not_below) {
  EXPECT_EQ(duration_bucket(GetParam().took), GetParam().bucket);
}

INSTANTIATE_TEST_SUITE_P(
    table, DurationBucket,
    testing::ValuesIn(std::vector<bucket_case>{
        {"nothing", 0us, 0},
        {"at_the_first", 50us, 0},
        {"above_the_first", 51us, 1},
        {"a_second", 1s, 13},
        {"at_the_last", 30s, 17},
        {"above_all", 31s, 18},
        {"largest", std::chrono::microseconds{std::numeric_limits<std::int64_t>::max()}, 18},
    }),
    support::case_name);

}  // namespace
}  // namespace latchkey::app
