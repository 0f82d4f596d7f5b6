#include <latchkey/server/request_space.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

namespace latchkey::server {
namespace {

TEST(request_spaces, give_the_one_that_was_used_last) {
  request_spaces spaces;
  auto first = spaces.take();
  auto second = spaces.take();
  const auto* one = first.get();
  const auto* other = second.get();
  EXPECT_NE(one, other);
  spaces.give_back(std::move(second));
  spaces.give_back(std::move(first));
  EXPECT_EQ(spaces.take().get(), one);
}

TEST(request_spaces, give_one_with_room_and_nothing_in_it) {
  request_spaces spaces;
  auto used = spaces.take();
  EXPECT_FALSE(used->buffer.empty());
  EXPECT_EQ(used->filled, 0U);
  used->filled = 100;
  spaces.give_back(std::move(used));
  EXPECT_EQ(spaces.take()->filled, 0U);
}

// A single long head or answer would otherwise stay in memory for as long as the server runs.
TEST(request_spaces, keep_none_that_has_grown) {
  request_spaces spaces;
  const auto usual = spaces.take()->buffer.size();
  auto long_head = spaces.take();
  long_head->buffer.resize(32 * 1024);
  spaces.give_back(std::move(long_head));
  EXPECT_EQ(spaces.take()->buffer.size(), usual);
  auto long_answer = spaces.take();
  long_answer->out.resize(64 * 1024);
  spaces.give_back(std::move(long_answer));
  EXPECT_LT(spaces.take()->out.capacity(), 64U * 1024);
}

TEST(request_spaces, keep_a_bounded_number) {
  request_spaces spaces;
  std::vector<std::unique_ptr<request_space>> many;
  for (int i = 0; i < 1000; ++i) many.push_back(spaces.take());
  for (auto& one : many) spaces.give_back(std::move(one));
  EXPECT_EQ(spaces.kept(), request_spaces::most_kept);
}

}  // namespace
}  // namespace latchkey::server
