#include "net/record_blocks.hpp"

#include <latchkey/net/record_buffers.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <malloc.h>
#include <thread>
#include <vector>

namespace latchkey::net {
namespace {

constexpr std::size_t record = 16'704;

void* allocate(std::size_t size) {
  auto* const made = allocate_block(size, "", 0);
  std::memset(made, 1, size);
  return made;
}

void release(void* block) {
  release_block(block, "", 0);
}

// The test's own thread may have kept some of the tests before.
template <class Test>
void on_a_thread(const Test& test) {
  std::thread{test}.join();
}

TEST(record_buffers, are_taken_again_by_their_thread) {
  on_a_thread([] {
    auto* const first = allocate(record);
    auto* const second = allocate(record - 128);
    release(first);
    release(second);
    EXPECT_EQ(allocate(record), second);
    EXPECT_EQ(allocate(17 * 1024), first) << "whatever is kept holds the largest";
    on_a_thread([&] {
      release(first);
      EXPECT_EQ(allocate(record), first);
      release(first);
    });
    release(second);
  });
}

TEST(record_buffers, are_kept_by_the_few) {
  on_a_thread([] {
    std::vector<void*> all;
    for (std::size_t i = 0; i < kept_record_buffers + 3; ++i) all.push_back(allocate(record));
    for (auto* const one : all) release(one);
    for (auto i = kept_record_buffers; i-- > 0;) {
      auto* const again = allocate(record);
      EXPECT_EQ(again, all[i]);
      std::free(again);
    }
  });
}

TEST(record_buffers, are_none_of_another_size) {
  on_a_thread([] {
    for (const std::size_t size : {1U, 4096U, 16U * 1024U, 17U * 1024U + 1U, 18U * 1024U}) {
      auto* const one = allocate(size);
      release(one);
      auto* const buffer = allocate(record);
      EXPECT_GE(::malloc_usable_size(buffer), 17U * 1024U);
      release(buffer);
      auto* const again = allocate(record);
      EXPECT_EQ(again, buffer) << size;
      std::free(again);
    }
    release(nullptr);
    auto* const grown = reallocate_block(allocate(record), 100'000, "", 0);
    EXPECT_GE(::malloc_usable_size(grown), 100'000U);
    release(grown);
  });
}

TEST(record_buffers, are_not_kept_once_openssl_has_memory) {
  EXPECT_FALSE(keep_record_buffers());
}

}  // namespace
}  // namespace latchkey::net
