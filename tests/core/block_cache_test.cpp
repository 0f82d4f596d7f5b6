#include "support/sanitized.hpp"

#include <latchkey/core/block_cache.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::core {
namespace {

// Writes to all of it.
void* taken(std::size_t size) {
  auto* const block = block_cache::take(size);
  std::memset(block, 0x5A, size);
  return block;
}

TEST(block_cache, gives_the_one_of_the_class_that_was_given_back_last) {
#ifdef LATCHKEY_SANITIZED
  GTEST_SKIP() << "nothing is kept under a sanitizer";
#endif
  auto* const one = taken(700);
  auto* const two = taken(701);
  block_cache::give_back(one, 700);
  block_cache::give_back(two, 701);
  EXPECT_EQ(taken(640 + 1), two);
  EXPECT_EQ(taken(704), one);
  auto* const larger = taken(705);
  EXPECT_NE(larger, one);
  block_cache::give_back(larger, 705);
  block_cache::give_back(one, 704);
  block_cache::give_back(two, 641);
}

TEST(block_cache, has_room_for_every_size) {
  for (std::size_t size = 0; size < 3 * block_cache::largest; ++size) {
    auto* const block = taken(size);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % __STDCPP_DEFAULT_NEW_ALIGNMENT__, 0U);
    block_cache::give_back(block, size);
    // What is kept in the block stands within it.
    block_cache::give_back(taken(size), size);
  }
}

TEST(block_cache, gives_nobody_what_somebody_has) {
  std::set<void*> all;
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < 2 * block_cache::max_kept; ++i) {
      EXPECT_TRUE(all.insert(taken(200)).second);
    }
    for (auto* const one : all) block_cache::give_back(one, 200);
    all.clear();
  }
}

TEST(block_cache, takes_what_another_thread_has_made_and_outlives_it) {
  std::vector<void*> made;
  std::thread{[&made] {
    for (int i = 0; i < 3; ++i) made.push_back(taken(300));
    block_cache::give_back(taken(400), 400);
  }}.join();
  for (auto* const one : made) block_cache::give_back(one, 300);
  std::thread{[] { block_cache::give_back(taken(300), 300); }}.join();
}

struct ends_late {
  void* block = nullptr;
  ~ends_late() { block_cache::give_back(block, 100); }
};

TEST(block_cache, takes_a_block_back_when_the_thread_has_ended_otherwise) {
  std::thread{[] {
    // Made first, and so destroyed after what the cache gives back.
    thread_local ends_late late;
    late.block = taken(100);
    block_cache::give_back(taken(100), 100);
  }}.join();
}

TEST(block_string, is_a_string) {
  block_string text{"a"};
  for (std::size_t size = 1; size < 5000; size *= 2) text += text;
  EXPECT_EQ(std::string_view{text}, std::string(text.size(), 'a'));
  const block_string copy = text;
  EXPECT_EQ(copy, text);
}

}  // namespace
}  // namespace latchkey::core
