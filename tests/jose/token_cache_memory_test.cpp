// What the token cache says it takes, against what it does take, counted where memory is given out.
#include "support/sanitized.hpp"

#include <latchkey/jose/token_cache.hpp>

#include <gtest/gtest.h>
#include <support/asked_cache.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <malloc.h>
#include <map>
#include <new>
#include <random>
#include <string>
#include <utility>

// A sanitizer brings its own.
#ifndef LATCHKEY_SANITIZED
namespace {

// Of this thread. Counted with the word that malloc keeps beside each block.
struct memory {
  std::size_t live = 0;
  std::size_t most = 0;  // since it was last set
  std::size_t blocks = 0;
};
thread_local memory counted;

void* give(std::size_t size) {
  void* const block = std::malloc(size);
  if (block == nullptr) throw std::bad_alloc{};
  counted.live += malloc_usable_size(block) + sizeof(std::size_t);
  counted.most = std::max(counted.most, counted.live);
  ++counted.blocks;
  return block;
}

void take_back(void* block) {
  if (block == nullptr) return;
  counted.live -= malloc_usable_size(block) + sizeof(std::size_t);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) {
  return give(size);
}
void* operator new[](std::size_t size) {
  return give(size);
}
void operator delete(void* block) noexcept {
  take_back(block);
}
void operator delete[](void* block) noexcept {
  take_back(block);
}
void operator delete(void* block, std::size_t) noexcept {
  take_back(block);
}
void operator delete[](void* block, std::size_t) noexcept {
  take_back(block);
}

namespace latchkey::jose {
namespace {

using namespace std::chrono_literals;

const core::wall_time noon{std::chrono::hours{12}};

// Everything of a random size: what fits inside a string, what does not, no scopes and many.
cached_grant random_grant(std::mt19937_64& random) {
  const auto text = [&random](std::size_t bound) { return std::string(random() % bound, 'x'); };
  auto made = std::make_shared<core::principal>();
  made->issuer = text(60);
  made->subject = text(60);
  made->claims = text(random() % 50 == 0 ? 20'000 : 800);
  for (auto left = random() % 12; left > 0; --left) {
    made->scopes.add(std::to_string(left) + text(40));
  }
  return {std::move(made), text(50), 1, 0, 1, noon, noon + std::chrono::minutes{random() % 60}};
}

struct plan {
  std::size_t limit;
  std::size_t operations;
  std::size_t readers = 1;

  friend void PrintTo(const plan& one, std::ostream* out) {
    *out << one.operations << " operations within " << one.limit << " bytes by " << one.readers
         << " readers";
  }
};

class TokenCacheMemory : public testing::TestWithParam<plan> {};

// One operation with a token and a grant that are gone when it returns, but for what the cache
// keeps. Gives the most that the cache had in between.
std::size_t operate(support::asked_cache& cache, std::mt19937_64& random, std::size_t tokens,
                    std::size_t readers) {
  const auto before = counted.live;
  const auto token = std::to_string(random() % tokens) + std::string(random() % 1500, 'y');
  auto made = random_grant(random);
  const auto handed_over = counted.live - before;
  counted.most = counted.live;
  cache.by(random() % readers);
  switch (random() % 8) {
    case 0:
      cache.erase(token);
      break;
    case 1:
      if (const auto found = cache.find(token, noon + std::chrono::minutes{random() % 60})) {
        found.principal();
      }
      break;
    default:
      cache.put(token, std::move(made));
  }
  return counted.most - handed_over;
}

TEST_P(TokenCacheMemory, is_never_more_than_it_says) {
  const auto [limit, operations, readers] = GetParam();
  std::mt19937_64 random{limit};
  const auto outside = counted.live;
  {
    support::asked_cache cache{limit, {1, 2}, readers};
    const auto before = counted.live;
    for (std::size_t i = 0; i < operations; ++i) {
      const auto most = operate(cache, random, operations / 2, readers) - before;
      ASSERT_LE(most, limit) << "not even for a moment";
      ASSERT_LE(counted.live - before, cache.stats().bytes);
      ASSERT_LE(cache.stats().bytes, limit);
    }
    EXPECT_GT(cache.stats().evictions, 100U);
    // High, but not so high that the limit would be of no use.
    EXPECT_GT(counted.live - before, cache.stats().bytes / 10 * 8);
  }
  EXPECT_EQ(counted.live, outside);
}

INSTANTIATE_TEST_SUITE_P(limits, TokenCacheMemory,
                         testing::Values(plan{64 * 1024UL, 5'000}, plan{1024 * 1024UL, 20'000},
                                         plan{16 * 1024 * 1024UL, 40'000},
                                         plan{1024 * 1024UL, 20'000, 4},
                                         plan{4 * 1024 * 1024UL, 20'000, 16}),
                         [](const auto& one) {
                           return std::to_string(one.param.limit / 1024) + "_KiB_of_" +
                                  std::to_string(one.param.readers);
                         });

TEST(TokenCacheMemory, a_hit_takes_none) {
  std::mt19937_64 random{1};
  support::asked_cache cache{1024 * 1024UL, {1, 2}};
  auto kept = random_grant(random);
  kept.until = noon + 1h;
  const std::string token(700, 't');
  cache.put(token, kept);
  const auto blocks = counted.blocks;
  core::principal_ptr principal;
  {
    const auto found = cache.find(token, noon);
    found.update_generation(2);
    principal = found.principal();
  }
  EXPECT_FALSE(cache.has("another", noon));
  EXPECT_EQ(counted.blocks, blocks);
  EXPECT_EQ(principal, kept.principal);
}

}  // namespace
}  // namespace latchkey::jose
#endif
