#include <latchkey/server/request_buffers.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace latchkey::server {
namespace {

TEST(request_buffer_pool, give_the_one_that_was_used_last) {
  request_buffer_pool buffers;
  auto first = buffers.take();
  auto second = buffers.take();
  const auto* one = first.get();
  const auto* other = second.get();
  EXPECT_NE(one, other);
  buffers.give_back(std::move(second));
  buffers.give_back(std::move(first));
  EXPECT_EQ(buffers.take().get(), one);
}

TEST(request_buffer_pool, give_one_with_room_and_nothing_in_it) {
  request_buffer_pool buffers;
  auto used = buffers.take();
  EXPECT_FALSE(used->buffer.empty());
  EXPECT_EQ(used->filled, 0U);
  used->filled = 100;
  buffers.give_back(std::move(used));
  EXPECT_EQ(buffers.take()->filled, 0U);
}

// A single long head or answer would otherwise stay in memory for as long as the server runs.
TEST(request_buffer_pool, keep_none_that_has_grown) {
  request_buffer_pool buffers;
  const auto usual = buffers.take()->buffer.size();
  auto long_head = buffers.take();
  long_head->buffer.resize(32 * 1024);
  buffers.give_back(std::move(long_head));
  EXPECT_EQ(buffers.take()->buffer.size(), usual);
  auto long_answer = buffers.take();
  long_answer->out.resize(64 * 1024);
  buffers.give_back(std::move(long_answer));
  EXPECT_LT(buffers.take()->out.capacity(), 64U * 1024);
}

TEST(request_buffer_pool, keep_a_bounded_number) {
  request_buffer_pool buffers;
  std::vector<std::unique_ptr<request_buffers>> many;
  for (int i = 0; i < 1000; ++i) many.push_back(buffers.take());
  for (auto& one : many) buffers.give_back(std::move(one));
  EXPECT_EQ(buffers.kept(), request_buffer_pool::max_kept);
  for (int i = 0; i < 2000; ++i) buffers.give_back(buffers.take());
  EXPECT_EQ(buffers.kept(), 1U) << "what nobody needs any more is let go of";
}

}  // namespace
}  // namespace latchkey::server
