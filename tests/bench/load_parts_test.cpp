#include "load/answer_head.hpp"
#include "load/errc.hpp"
#include "load/histogram.hpp"
#include "load/open_loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::bench::load {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(answer_head, says_what_a_measurement_needs) {
  const auto head = parse_answer_head(
      "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 12\r\nretry-after:  7 \r\n"
      "connection: close\r\n\r\n");
  ASSERT_TRUE(head);
  EXPECT_EQ(*head, (answer_head{503, 12, 7U, false}));
  EXPECT_EQ(*parse_answer_head("HTTP/1.1 204 No Content\r\n\r\n"),
            (answer_head{204, 0, std::nullopt, true}));
  EXPECT_EQ(*parse_answer_head("HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n"),
            (answer_head{200, 0, std::nullopt, true}));
}

TEST(answer_head, refuses_what_has_no_certain_end) {
  for (const std::string_view text : {
           "HTTP/1.1 200 OK\r\n\r\n",
           "HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 100 Continue\r\n\r\n",
           "HTTP/1.1 2000 OK\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 +20 OK\r\ncontent-length: 0\r\n\r\n",
           "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 1\r\n\r\n",
           "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
           "HTTP/1.1 200 OK\r\ncontent-length: 1x\r\n\r\n",
           "HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n",
           "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
           "HTTP/1.1 200 OK\r\nno colon\r\ncontent-length: 0\r\n\r\n",
           "",
       }) {
    const auto head = parse_answer_head(text);
    ASSERT_FALSE(head) << text;
    EXPECT_EQ(head.error(), errc::bad_answer);
  }
}

TEST(histogram, is_right_to_within_a_percent) {
  histogram made;
  EXPECT_EQ(made.quantile(0.5), microseconds{0});
  for (int i = 1; i <= 10'000; ++i) made.add(microseconds{i * 100});
  EXPECT_EQ(made.count(), 10'000U);
  EXPECT_EQ(made.most(), seconds{1});
  const auto near = [](core::steady_duration found, microseconds exact) {
    const auto off = std::chrono::duration<double>{found - exact} / exact;
    EXPECT_GE(off, 0) << exact.count();
    EXPECT_LT(off, 0.01) << exact.count();
  };
  near(made.quantile(0.5), microseconds{500'000});
  near(made.quantile(0.99), microseconds{990'000});
  near(made.quantile(0), microseconds{100});
  EXPECT_EQ(made.quantile(1), seconds{1});
}

TEST(histogram, adds_up_and_holds_what_is_out_of_range) {
  histogram one;
  one.add(milliseconds{-5});
  one.add(std::chrono::hours{30});
  histogram other;
  other.add(milliseconds{2});
  other.add(one);
  EXPECT_EQ(other.count(), 3U);
  EXPECT_EQ(other.quantile(0.3), microseconds{0});
  EXPECT_EQ(other.most(), std::chrono::hours{1});
}

TEST(open_loop, sends_at_even_distances) {
  EXPECT_EQ(intended_after(0, 200), seconds{0});
  EXPECT_EQ(intended_after(1, 200), milliseconds{5});
  EXPECT_EQ(intended_after(2'000'000, 2000), seconds{1000});
  open_loop_order order;
  order.per_second = 300;
  order.length = milliseconds{500};
  EXPECT_EQ(requests_of(order), 150U);
}

}  // namespace
}  // namespace latchkey::bench::load
