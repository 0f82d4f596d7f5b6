#include "net/record_blocks.hpp"
#include "support/cases.hpp"
#include "support/sanitized.hpp"

#include <latchkey/net/record_buffers.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <string>
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

TEST(record_buffers, keep_those_of_a_handshake_apart) {
  on_a_thread([] {
    constexpr std::size_t messages = 21'848;
    auto* const first = allocate(messages);
    auto* const of_a_record = allocate(record);
    release(first);
    release(of_a_record);
    EXPECT_EQ(allocate(messages), first);
    EXPECT_EQ(allocate(record), of_a_record);
    std::free(first);
    std::free(of_a_record);
  });
}

struct kept_size {
  std::string name;
  std::size_t size;
};

class kept_blocks_test : public testing::TestWithParam<kept_size> {};

TEST_P(kept_blocks_test, are_taken_again_for_the_same_size) {
#ifdef LATCHKEY_SANITIZED
  GTEST_SKIP() << "a sanitizer's blocks have other sizes";
#endif
  on_a_thread([] {
    const auto size = GetParam().size;
    auto* const first = allocate(size);
    release(first);
    auto* const larger = allocate(size + 64);
    EXPECT_NE(larger, first) << "it has no room for that";
    EXPECT_GE(::malloc_usable_size(larger), size + 64);
    EXPECT_EQ(allocate(size), first);
    std::free(first);
    std::free(larger);
  });
}

const std::vector<kept_size> kept_sizes{
    {"least", 1024}, {"odd", 1033}, {"session", 2056}, {"connection", 7608}, {"most", 8104}};

INSTANTIATE_TEST_SUITE_P(sizes, kept_blocks_test, testing::ValuesIn(kept_sizes),
                         support::case_name);

TEST(record_buffers, have_room_for_what_they_are_taken_for_whatever_the_size) {
  on_a_thread([] {
    for (std::size_t size = 900; size < 23'000; size += 7) {
      for (const auto next : {size, size - 1, size - 15, size + 1}) {
        release(allocate(size));
        auto* const again = allocate(next);
        ASSERT_GE(::malloc_usable_size(again), next) << size;
        release(again);
      }
    }
  });
}

TEST(record_buffers, keep_a_bounded_number_of_other_blocks) {
  on_a_thread([] {
    std::vector<void*> all;
    for (std::size_t i = 0; i < kept_blocks_of_a_size + 4; ++i) all.push_back(allocate(3000));
    for (auto* const one : all) release(one);
    // All there may be: what follows is kept no more.
    for (std::size_t size = 4000; size < 8000; size += 16) {
      for (int i = 0; i < 4; ++i) all.push_back(allocate(size));
      for (int i = 0; i < 4; ++i) {
        release(all.back());
        all.pop_back();
      }
    }
    EXPECT_EQ(allocate(3000), all[kept_blocks_of_a_size - 1]) << "the last that was kept";
    std::free(all[kept_blocks_of_a_size - 1]);
  });
}

TEST(record_buffers, are_none_of_another_size) {
  on_a_thread([] {
    for (const std::size_t size : {1U, 1023U, 16U * 1024U, 17U * 1024U + 1U, 18U * 1024U}) {
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
