#include <latchkey/app/upstream_metrics.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::app {
namespace {

using testing::HasSubstr;

// As one thread of an upstream has them.
void count(edge::upstream_counts& of) {
  of.answers[2].add(7);
  of.connects.add(3);
  of.connect_us.add(1'500'000);
  of.outstanding.set(4);
  of.idle.set(5);
  of.healthy.set(2);
  of.addresses.set(3);
}

TEST(upstream_figures, are_added_up_over_threads) {
  edge::upstream_counts thread;
  count(thread);
  upstream_figures sum;
  sum.add(thread);
  sum.add(thread);
  EXPECT_EQ(sum.answers[2], 14U);
  EXPECT_EQ(sum.outstanding, 8U);
  EXPECT_EQ(sum.addresses, 3U) << "all threads have the same";
  EXPECT_DOUBLE_EQ(sum.connect_seconds, 3);
}

TEST(upstream_figures, go_on_from_what_went_before_but_for_what_stands) {
  edge::upstream_counts thread;
  count(thread);
  upstream_figures before;
  before.add(thread);
  upstream_figures now;
  now.answers[2] = 1;
  now.idle = 1;
  now.carry(before);
  EXPECT_EQ(now.answers[2], 8U);
  EXPECT_EQ(now.connects, 3U);
  EXPECT_DOUBLE_EQ(now.connect_seconds, 1.5);
  EXPECT_EQ(now.idle, 1U);
  EXPECT_EQ(now.outstanding, 0U);
  EXPECT_EQ(now.healthy, 0U);
}

TEST(upstream_metrics, are_written_for_each) {
  metrics_text page;
  upstream_figures one;
  one.name = "api";
  one.answers[5] = 2;
  one.timeouts = 3;
  write_upstream_metrics(page, {one, {.name = "other"}});
  EXPECT_THAT(page.text(),
              HasSubstr("\nlatchkey_upstream_answers_total{upstream=\"api\",status=\"5xx\"} 2\n"));
  EXPECT_THAT(
      page.text(),
      HasSubstr("\nlatchkey_upstream_failures_total{upstream=\"api\",reason=\"timeout\"} 3\n"));
  EXPECT_THAT(page.text(), HasSubstr("\nlatchkey_upstream_connects_total{upstream=\"other\"} 0\n"));
  metrics_text none;
  write_upstream_metrics(none, {});
  EXPECT_EQ(none.text(), "");
}

}  // namespace
}  // namespace latchkey::app
