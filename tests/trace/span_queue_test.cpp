#include <latchkey/trace/span_queue.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <thread>

namespace latchkey::trace {
namespace {

span numbered(std::uint64_t number) {
  span made;
  made.context.span = {number};
  made.name = "span number " + std::to_string(number);
  return made;
}

TEST(span_queue, gives_in_order_what_it_was_given) {
  span_queue queue{4};
  span out;
  EXPECT_FALSE(queue.pop(out));
  for (std::uint64_t round = 0; round < 3; ++round) {
    for (std::uint64_t i = 1; i <= 4; ++i) EXPECT_TRUE(queue.push(numbered(10 * round + i)));
    EXPECT_EQ(queue.size(), 4U);
    for (std::uint64_t i = 1; i <= 4; ++i) {
      ASSERT_TRUE(queue.pop(out));
      EXPECT_EQ(out.context.span.value, 10 * round + i);
    }
    EXPECT_FALSE(queue.pop(out));
    EXPECT_EQ(queue.size(), 0U);
  }
}

TEST(span_queue, takes_no_more_than_its_limit) {
  span_queue queue{2};
  EXPECT_TRUE(queue.push(numbered(1)));
  EXPECT_TRUE(queue.push(numbered(2)));
  auto third = numbered(3);
  EXPECT_FALSE(queue.push(std::move(third)));
  EXPECT_EQ(third.name, "span number 3") << "left as it was";
  queue.set_limit(3);
  EXPECT_TRUE(queue.push(numbered(3)));
  queue.set_limit(1);
  EXPECT_FALSE(queue.push(numbered(4)));
  EXPECT_EQ(queue.size(), 3U) << "what is there stays";
}

TEST(span_queue, what_is_left_goes_with_it) {
  span_queue queue{100};
  for (std::uint64_t i = 1; i <= 50; ++i) queue.push(numbered(i));
}

TEST(span_queue, two_threads_meet_at_it) {
  constexpr std::uint64_t count = 20'000;
  span_queue queue{16};
  std::uint64_t dropped = 0;
  std::thread producer{[&queue, &dropped] {
    for (std::uint64_t i = 1; i <= count; ++i) {
      if (!queue.push(numbered(i))) ++dropped;
    }
    queue.set_limit(1'000);
    queue.push(numbered(count + 1));
  }};
  std::uint64_t last = 0;
  std::uint64_t taken = 0;
  for (span out; last != count + 1;) {
    EXPECT_LE(queue.size(), 17U);
    if (!queue.pop(out)) continue;
    ASSERT_GT(out.context.span.value, last);
    last = out.context.span.value;
    ASSERT_EQ(out.name, "span number " + std::to_string(last));
    ++taken;
  }
  producer.join();
  EXPECT_EQ(taken + dropped, count + 1);
}

}  // namespace
}  // namespace latchkey::trace
