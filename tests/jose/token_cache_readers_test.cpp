// One cache and several readers, one after another on one thread: what each of them keeps for
// itself, and what happens to an entry that one of them still holds.
#include <latchkey/jose/token_cache.hpp>

#include <gtest/gtest.h>
#include <support/asked_cache.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

using namespace std::chrono_literals;
using support::asked_cache;

constexpr core::siphash_key secret{3, 4};
constexpr std::size_t mebibyte = std::size_t{1} << 20U;
const core::wall_time noon{std::chrono::hours{12}};

cached_grant grant(std::string subject = "u-1", core::wall_time until = noon + 1h) {
  auto made = std::make_shared<core::principal>();
  made->subject = std::move(subject);
  made->claims.assign(100, 'c');
  return {std::move(made), "kid-1", 7, 3, 1, noon, until, algorithm::rs256};
}

bool counted_together(const core::principal_ptr& one, const core::principal_ptr& other) {
  return !one.owner_before(other) && !other.owner_before(one);
}

TEST(TokenCacheReaders, find_what_another_has_put) {
  asked_cache cache{mebibyte, secret, 3};
  ASSERT_TRUE(cache.by(0).put("token", grant()));
  for (std::size_t i = 0; i < 3; ++i) {
    const auto found = cache.by(i).find("token", noon);
    ASSERT_TRUE(found) << i;
    EXPECT_EQ(found.principal()->subject, "u-1");
    EXPECT_EQ(found.key(), 7U);
    EXPECT_EQ(found.issuer(), 3U);
    EXPECT_EQ(found.alg(), algorithm::rs256);
  }
  EXPECT_EQ(cache.stats().hits, 3U);
  EXPECT_EQ(cache.stats().entries, 1U);
  cache.by(2).erase("token");
  for (std::size_t i = 0; i < 3; ++i) EXPECT_FALSE(cache.by(i).has("token", noon)) << i;
}

// Copying a shared_ptr writes its counts: two readers must not write the same ones at every hit.
TEST(TokenCacheReaders, count_the_principal_each_for_itself) {
  asked_cache cache{mebibyte, secret, 3};
  cache.by(0).put("token", grant());
  std::vector<core::principal_ptr> first;
  std::vector<core::principal_ptr> second;
  for (std::size_t i = 0; i < 3; ++i) first.push_back(cache.by(i).find("token", noon).principal());
  for (std::size_t i = 0; i < 3; ++i) second.push_back(cache.by(i).find("token", noon).principal());
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(first[i].get(), first[0].get()) << "one principal for all";
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_EQ(counted_together(first[i], second[j]), i == j) << i << ' ' << j;
    }
  }
}

TEST(TokenCacheReaders, pay_for_what_each_keeps) {
  asked_cache cache{mebibyte, secret, 4};
  cache.by(1).put("token", grant());
  const auto alone = cache.stats().bytes;
  cache.by(1).find("token", noon).principal();
  EXPECT_EQ(cache.stats().bytes, alone) << "its own it has from the beginning";
  for (std::size_t i = 0; i < 4; ++i) cache.by(i).find("token", noon).principal();
  for (std::size_t i = 0; i < 4; ++i) cache.by(i).find("token", noon).principal();
  EXPECT_EQ(cache.stats().bytes, alone + 3 * token_cache::bytes_of_further_reader);
  cache.erase("token");
  EXPECT_LT(cache.stats().bytes, alone / 2) << "only the table is left";
}

TEST(TokenCacheReaders, keep_what_they_have_found_while_it_leaves_the_cache) {
  asked_cache cache{mebibyte, secret, 2};
  cache.by(0).put("token", grant());
  const auto full = cache.stats().bytes;
  core::principal_ptr kept;
  {
    const auto found = cache.by(0).find("token", noon);
    cache.by(1).erase("token");
    EXPECT_EQ(cache.stats().entries, 0U);
    EXPECT_FALSE(cache.by(1).has("token", noon));
    EXPECT_EQ(cache.stats().bytes, full) << "its memory is in use";
    EXPECT_EQ(found.kid(), "kid-1");
    kept = found.principal();
  }
  cache.by(1).erase("another");
  EXPECT_LT(cache.stats().bytes, full);
  EXPECT_EQ(kept->subject, "u-1");
}

TEST(TokenCacheReaders, are_given_a_principal_that_has_left_meanwhile) {
  asked_cache cache{mebibyte, secret, 2};
  cache.by(0).put("token", grant());
  const auto found = cache.by(1).find("token", noon);
  cache.by(0).erase("token");
  EXPECT_EQ(found.principal()->subject, "u-1");
}

// Every entry is found by every reader, in a cache that is full: what they keep for themselves
// makes others leave.
TEST(TokenCacheReaders, stay_within_the_limit) {
  constexpr std::size_t limit = 256 * 1024;
  asked_cache cache{limit, secret, 8};
  for (std::size_t i = 0; i < 3000; ++i) {
    const auto token = "token-" + std::to_string(i);
    ASSERT_TRUE(cache.by(i % 8).put(token, grant(token)));
    for (std::size_t reader = 0; reader < 8; ++reader) {
      const auto found = cache.by(reader).find(token, noon);
      ASSERT_TRUE(found);
      ASSERT_EQ(found.principal()->subject, token);
      ASSERT_LE(cache.stats().bytes, limit);
    }
  }
  EXPECT_GT(cache.stats().evictions, 1000U);
}

TEST(TokenCacheReaders, hold_one_thing_at_a_time) {
  asked_cache cache{mebibyte, secret, 2};
  cache.put("token", grant());
  const auto found = cache.find("token", noon);
  EXPECT_THROW(cache.find("token", noon), std::logic_error);
  EXPECT_THROW(cache.find_again("other", noon), std::logic_error);
  EXPECT_TRUE(cache.by(1).has("token", noon)) << "another one may";
}

TEST(TokenCacheReaders, looking_again_counts_for_nothing) {
  asked_cache cache{mebibyte, secret};
  EXPECT_FALSE(cache.find_again("token", noon));
  cache.put("token", grant());
  EXPECT_TRUE(cache.find_again("token", noon));
  EXPECT_FALSE(cache.find_again("token", noon + 1h)) << "out of its time";
  EXPECT_EQ(cache.stats().hits, 0U);
  EXPECT_EQ(cache.stats().misses, 0U);
  EXPECT_EQ(cache.stats().expirations, 1U);
}

// The moment is asked for when the grant is in hand.
TEST(TokenCacheReaders, judge_by_a_moment_after_they_have_found) {
  token_cache cache{mebibyte, secret};
  auto& by = cache.at(0);
  const auto token = by.hash("token");
  by.put(token, grant());
  bool asked = false;
  const wall_clock late = [&] {
    asked = true;
    return noon;
  };
  EXPECT_FALSE(by.find(by.hash("other"), late));
  EXPECT_FALSE(asked);
  EXPECT_TRUE(by.find(token, late));
  EXPECT_TRUE(asked);
}

TEST(TokenCacheReaders, hold_nothing_where_there_is_no_telling_the_time) {
  token_cache cache{mebibyte, secret};
  auto& by = cache.at(0);
  const auto token = by.hash("token");
  by.put(token, grant());
  const wall_clock broken = []() -> core::wall_time { throw std::runtime_error{"no clock"}; };
  EXPECT_THROW(by.find(token, broken), std::runtime_error);
  EXPECT_TRUE(by.find(token, [] { return noon; }));
}

TEST(TokenCacheReaders, share_what_is_split_into_shards) {
  for (const std::size_t readers : {2U, 16U, 64U}) {
    asked_cache cache{64 * mebibyte, secret, readers};
    for (std::size_t i = 0; i < 5000; ++i) {
      ASSERT_TRUE(cache.by(i % readers).put("token-" + std::to_string(i), grant()));
    }
    for (std::size_t i = 0; i < 5000; ++i) {
      ASSERT_TRUE(cache.by((i + 1) % readers).has("token-" + std::to_string(i), noon)) << i;
    }
    EXPECT_EQ(cache.stats().limit, 64 * mebibyte);
    EXPECT_EQ(cache.stats().entries, 5000U);
    EXPECT_EQ(cache.stats().evictions, 0U);
  }
}

}  // namespace
}  // namespace latchkey::jose
