#include <latchkey/jose/token_cache.hpp>

#include <gtest/gtest.h>
#include <support/asked_cache.hpp>
#include <support/cases.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::jose {
namespace {

using namespace std::chrono_literals;
using support::asked_cache;

constexpr core::siphash_key secret{0x5bd1e9955bd1e995U, 0x27d4eb2f165667c5U};
constexpr std::size_t mebibyte = std::size_t{1024} * 1024;
const core::wall_time noon{std::chrono::hours{12}};

core::principal_ptr somebody(std::string subject = "u-1", std::size_t claims = 100) {
  auto made = std::make_shared<core::principal>();
  made->issuer = "https://idp.example/";
  made->subject = std::move(subject);
  made->scopes = {"example:note:read", "example:note:write"};
  made->claims.assign(claims, 'c');
  return made;
}

cached_grant grant(core::wall_time checked = noon, core::wall_time until = noon + 1h) {
  static const auto principal = somebody();
  return {principal, "kid-1", 7, 0, 1, checked, until};
}

std::string token_of(std::size_t number, std::size_t length = 64) {
  auto text = "token-" + std::to_string(number) + "-";
  text.resize(std::max(text.size(), length), 'x');
  return text;
}

TEST(TokenCache, gives_what_was_put_for_these_bytes) {
  asked_cache cache{mebibyte, secret};
  auto given = grant();
  given.principal = somebody("u-2");
  given.issuer = 3;
  given.generation = 9;
  ASSERT_TRUE(cache.put("a.b.c", given));
  const auto found = cache.find("a.b.c", noon);
  ASSERT_TRUE(found);
  EXPECT_EQ(found.principal(), given.principal);
  EXPECT_EQ(found.kid(), "kid-1");
  EXPECT_EQ(found.key(), 7U);
  EXPECT_EQ(found.issuer(), 3U);
  EXPECT_EQ(found.generation(), 9U);
}

TEST(TokenCache, takes_an_empty_text_as_any_other) {
  asked_cache cache{mebibyte, secret};
  EXPECT_TRUE(cache.put({}, grant()));
  EXPECT_TRUE(cache.has("", noon));
  EXPECT_FALSE(cache.has("a", noon));
}

struct stranger {
  std::string name;
  std::string token;
};

class TokenCacheStrangers : public testing::TestWithParam<stranger> {};

TEST_P(TokenCacheStrangers, are_not_found) {
  asked_cache cache{mebibyte, secret};
  EXPECT_FALSE(cache.has(GetParam().token, noon)) << "while it is empty";
  cache.put("eyJh.eyJp.c2ln", grant());
  EXPECT_FALSE(cache.has(GetParam().token, noon));
  EXPECT_TRUE(cache.has("eyJh.eyJp.c2ln", noon));
}

INSTANTIATE_TEST_SUITE_P(table, TokenCacheStrangers,
                         testing::ValuesIn(std::vector<stranger>{
                             {"empty", ""},
                             {"last_byte_differs", "eyJh.eyJp.c2lm"},
                             {"first_byte_differs", "fyJh.eyJp.c2ln"},
                             {"payload_differs", "eyJh.eyJq.c2ln"},
                             {"case_differs", "eyjh.eyJp.c2ln"},
                             {"shorter", "eyJh.eyJp.c2l"},
                             {"longer", "eyJh.eyJp.c2lnA"},
                             {"space_after", "eyJh.eyJp.c2ln "},
                         }),
                         support::case_name);

struct moment {
  std::string name;
  core::wall_time now;
  bool hit;
};

class TokenCacheMoments : public testing::TestWithParam<moment> {};

// What was found out of its time is gone, whatever the clock says next.
TEST_P(TokenCacheMoments, decide) {
  asked_cache cache{mebibyte, secret};
  cache.put("token", grant(noon, noon + 1h));
  EXPECT_EQ(cache.has("token", GetParam().now), GetParam().hit);
  EXPECT_EQ(cache.has("token", noon), GetParam().hit);
  EXPECT_EQ(cache.stats().expirations, GetParam().hit ? 0U : 1U);
  EXPECT_EQ(cache.stats().entries, GetParam().hit ? 1U : 0U);
}

INSTANTIATE_TEST_SUITE_P(table, TokenCacheMoments,
                         testing::ValuesIn(std::vector<moment>{
                             {"when_checked", noon, true},
                             {"later", noon + 30min, true},
                             {"just_before_the_end", noon + 1h - 1ns, true},
                             {"at_the_end", noon + 1h, false},
                             {"after_the_end", noon + 2h, false},
                             {"clock_set_back_a_little", noon - 1ns, false},
                             {"clock_set_back_to_its_start", core::wall_time{}, false},
                         }),
                         support::case_name);

TEST(TokenCache, with_no_bytes_keeps_nothing) {
  asked_cache cache{0, secret};
  EXPECT_FALSE(cache.put("token", grant()));
  EXPECT_FALSE(cache.has("token", noon));
  cache.erase("token");
  EXPECT_EQ(cache.stats(), token_cache_stats{});
}

TEST(TokenCache, takes_no_memory_before_it_is_used) {
  asked_cache cache{std::size_t{1} << 40U, secret};
  EXPECT_FALSE(cache.has("token", noon));
  EXPECT_EQ(cache.stats().bytes, 0U);
  cache.put("token", grant());
  EXPECT_LT(cache.stats().bytes, 2048U);
}

TEST(TokenCache, erases) {
  asked_cache cache{mebibyte, secret};
  cache.put("one", grant());
  cache.put("two", grant());
  cache.erase("one");
  cache.erase("three");
  EXPECT_FALSE(cache.has("one", noon));
  EXPECT_TRUE(cache.has("two", noon));
  EXPECT_EQ(cache.stats().erasures, 1U);
}

TEST(TokenCache, keeps_the_newest_grant_of_a_token) {
  asked_cache cache{mebibyte, secret};
  cache.put("token", grant(noon, noon + 1min));
  cache.put("token", grant(noon, noon + 1h));
  EXPECT_TRUE(cache.has("token", noon + 30min));
  EXPECT_EQ(cache.stats().entries, 1U);
  EXPECT_EQ(cache.stats().erasures, 1U);
}

TEST(TokenCache, keeps_no_older_grant_where_the_new_one_is_out_of_time) {
  asked_cache cache{mebibyte, secret};
  cache.put("token", grant());
  EXPECT_FALSE(cache.put("token", grant(noon, noon)));
  EXPECT_FALSE(cache.has("token", noon));
}

TEST(TokenCache, keeps_no_older_grant_where_the_new_one_is_too_large) {
  asked_cache cache{mebibyte, secret};
  cache.put("token", grant());
  auto large = grant();
  large.principal = somebody("u-1", mebibyte / 8);
  EXPECT_FALSE(cache.put("token", large));
  EXPECT_FALSE(cache.has("token", noon));
  EXPECT_EQ(cache.stats().too_large, 1U);
}

TEST(TokenCache, a_large_token_displaces_nobody) {
  asked_cache cache{mebibyte, secret};
  for (std::size_t i = 0; i < 100; ++i) cache.put(token_of(i), grant());
  EXPECT_FALSE(cache.put(token_of(100, mebibyte / 8), grant()));
  EXPECT_EQ(cache.stats().entries, 100U);
  EXPECT_TRUE(cache.put(token_of(100, mebibyte / 9), grant()));
}

TEST(TokenCache, a_limit_too_small_for_any_token_is_kept) {
  for (const std::size_t limit : {std::size_t{1}, std::size_t{100}, std::size_t{2000}}) {
    asked_cache cache{limit, secret};
    for (std::size_t i = 0; i < 10; ++i) {
      cache.put(token_of(i), grant());
      ASSERT_LE(cache.stats().bytes, limit);
    }
    EXPECT_EQ(cache.stats().too_large, 10U);
  }
}

TEST(TokenCache, refuses_a_grant_of_nobody) {
  asked_cache cache{mebibyte, secret};
  auto nobody = grant();
  nobody.principal = nullptr;
  EXPECT_THROW(cache.put("token", nobody), std::invalid_argument);
}

TEST(TokenCache, renews_the_generation_of_what_was_found) {
  asked_cache cache{mebibyte, secret};
  cache.put("one", grant());
  cache.put("two", grant());
  cache.find("one", noon).update_generation(5);
  EXPECT_EQ(cache.find("one", noon).generation(), 5U);
  EXPECT_EQ(cache.find("two", noon).generation(), 1U);
}

TEST(TokenCache, finds_all_of_many) {
  asked_cache cache{32 * mebibyte, secret};
  for (std::size_t i = 0; i < 10'000; ++i) ASSERT_TRUE(cache.put(token_of(i), grant()));
  for (std::size_t i = 0; i < 10'000; ++i) ASSERT_TRUE(cache.has(token_of(i), noon)) << i;
  EXPECT_EQ(cache.stats().hits, 10'000U);
  EXPECT_EQ(cache.stats().evictions, 0U);
}

// Random tokens and principals of 1 to 4,000 bytes, until each byte has been used many times over.
TEST(TokenCache, is_never_over_its_limit_while_it_fills) {
  for (const std::size_t limit : {64 * 1024UL, 300 * 1024UL, 4 * 1024 * 1024UL}) {
    std::mt19937_64 random{limit};
    asked_cache cache{limit, secret};
    std::size_t most = 0;
    for (std::size_t i = 0; i < 20'000; ++i) {
      auto one = grant();
      if (random() % 2 == 0) one.principal = somebody("u", random() % 4000);
      cache.put(token_of(i, random() % 4000), one);
      const auto now = cache.stats();
      ASSERT_LE(now.bytes, limit);
      ASSERT_EQ(now.entries, now.insertions - now.evictions - now.expirations - now.erasures);
      most = std::max<std::size_t>(most, now.bytes);
    }
    EXPECT_GT(cache.stats().evictions, 1000U) << limit;
    EXPECT_GT(most, limit / 10 * 9) << "the limit is there to be used";
  }
}

struct flood {
  std::string name;
  std::size_t one_time_tokens;
  std::size_t between_hits;  // of one hot token
};

class TokenCacheFlood : public testing::TestWithParam<flood> {};

// Room for some 2,000 tokens; 100 are in steady use while others, used once, stream through.
TEST_P(TokenCacheFlood, leaves_what_is_used_again) {
  asked_cache cache{mebibyte, secret};
  std::vector<std::string> hot;
  for (std::size_t i = 0; i < 100; ++i) hot.push_back(token_of(i, 32));
  for (const auto& one : hot) cache.put(one, grant());
  for (const auto& one : hot) ASSERT_TRUE(cache.has(one, noon));
  const auto& plan = GetParam();
  const auto step = plan.between_hits / hot.size();
  std::size_t lost = 0;
  for (std::size_t i = 0; i < plan.one_time_tokens; ++i) {
    cache.put("once-" + std::to_string(i), grant());
    if (i % step == 0 && !cache.has(hot[i / step % hot.size()], noon)) ++lost;
  }
  EXPECT_EQ(lost, 0U);
  EXPECT_EQ(cache.stats().evictions,
            hot.size() + plan.one_time_tokens - static_cast<std::size_t>(cache.stats().entries));
  EXPECT_GT(cache.stats().evictions, plan.one_time_tokens - 3000);
}

INSTANTIATE_TEST_SUITE_P(table, TokenCacheFlood,
                         testing::ValuesIn(std::vector<flood>{
                             {"a_million_and_hits_often", 1'000'000, 500},
                             {"hits_seldom", 100'000, 20'000},
                             {"one_more_hit_in_all", 100'000, 100'000},
                         }),
                         support::case_name);

// Tokens that are used twice do take the place of those that nobody uses any more.
TEST(TokenCache, established_tokens_that_are_used_no_more_give_way) {
  asked_cache cache{mebibyte, secret};
  const auto use_twice = [&cache](std::size_t from, std::size_t to) {
    for (auto i = from; i < to; ++i) {
      cache.put(token_of(i), grant());
      cache.find(token_of(i), noon);
    }
  };
  use_twice(0, 20'000);
  use_twice(20'000, 40'000);
  std::size_t old_ones = 0;
  std::size_t new_ones = 0;
  for (std::size_t i = 0; i < 20'000; ++i) old_ones += cache.has(token_of(i), noon);
  for (std::size_t i = 39'000; i < 40'000; ++i) {
    new_ones += cache.has(token_of(i), noon);
  }
  EXPECT_EQ(old_ones, 0U);
  EXPECT_GT(new_ones, 900U);
}

TEST(TokenCache, what_is_out_of_time_goes_first) {
  asked_cache cache{64 * 1024UL, secret};
  cache.put("short", grant(noon, noon + 1min));
  cache.find("short", noon);  // would be spared otherwise
  std::size_t i = 0;
  for (; cache.stats().evictions + cache.stats().expirations == 0; ++i) {
    cache.put(token_of(i), grant(noon + 1min, noon + 1h));
  }
  EXPECT_EQ(cache.stats().expirations, 1U);
  EXPECT_EQ(cache.stats().evictions, 0U);
  EXPECT_EQ(cache.stats().entries, i);
}

TEST(TokenCache, makes_room_where_everything_is_in_use) {
  asked_cache cache{mebibyte, secret};
  for (std::size_t i = 0; cache.stats().evictions < 1000; ++i) {
    ASSERT_TRUE(cache.put(token_of(i), grant()));
    for (auto back = i; back > 0 && i - back < 300; --back) cache.find(token_of(back), noon);
    ASSERT_TRUE(cache.has(token_of(i), noon));
    ASSERT_LE(cache.stats().bytes, mebibyte);
  }
}

// The same random operations on the cache and on a map without a bound. Whatever the cache says,
// the map must have said, and where nothing was evicted the other way round as well.
void compare_with_map(std::size_t limit, std::size_t tokens, std::uint64_t seed) {
  const bool roomy = limit > 100 * mebibyte;
  std::mt19937_64 random{seed};
  asked_cache cache{limit, {random(), random()}};
  std::map<std::string, cached_grant> model;
  auto now = noon;
  for (int step = 0; step < 40'000; ++step) {
    // Now and then the clock is set back.
    now += std::chrono::seconds{random() % 8 == 0 ? -3 : 1};
    const auto token = token_of(random() % tokens, random() % 2 == 0 ? 40 : 900);
    switch (random() % 8) {
      case 0:
      case 1: {
        auto one = grant(now, now + std::chrono::seconds{random() % 2000});
        one.generation = random();
        if (cache.put(token, one)) {
          model[token] = one;
        } else {
          ASSERT_TRUE(one.until <= now);
          model.erase(token);
        }
        break;
      }
      case 2:
        cache.erase(token);
        model.erase(token);
        break;
      default: {
        const auto found = cache.find(token, now);
        const auto known = model.find(token);
        const bool in_time =
            known != model.end() && known->second.checked_at <= now && now < known->second.until;
        if (known != model.end() && !in_time) model.erase(known);
        if (!found) {
          ASSERT_FALSE(in_time && roomy);
        } else {
          ASSERT_TRUE(in_time);
          ASSERT_EQ(found.principal(), known->second.principal);
          ASSERT_EQ(found.until(), known->second.until);
          ASSERT_EQ(found.generation(), known->second.generation);
          if (random() % 4 == 0) {
            found.update_generation(random());
            known->second.generation = found.generation();
          }
        }
      }
    }
    const auto stats = cache.stats();
    ASSERT_LE(stats.bytes, limit);
    ASSERT_EQ(stats.entries,
              stats.insertions - stats.evictions - stats.expirations - stats.erasures);
    ASSERT_TRUE(!roomy || stats.entries == model.size());
  }
  EXPECT_EQ(cache.stats().evictions > 100, !roomy);
}

TEST(TokenCache, agrees_with_a_map_while_there_is_room) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) compare_with_map(200 * mebibyte, 500, seed);
}

TEST(TokenCache, says_nothing_a_map_would_not_say_when_room_is_short) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) compare_with_map(100 * 1024UL, 500, seed);
}

TEST(TokenCache, counts_can_be_read_by_another_thread) {
  asked_cache cache{128 * 1024UL, secret};
  std::atomic<bool> done{false};
  std::uint64_t most = 0;
  std::thread reader{[&] {
    while (!done) {
      const auto seen = cache.stats();
      most = std::max(most, seen.bytes);
    }
  }};
  for (std::size_t i = 0; i < 20'000; ++i) cache.put(token_of(i), grant());
  done = true;
  reader.join();
  EXPECT_LE(most, cache.stats().limit);
}

TEST(TokenCache, counts_of_several_are_added_up) {
  const token_cache_stats one{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  auto sum = one;
  sum += one;
  EXPECT_EQ(sum, (token_cache_stats{2, 4, 6, 8, 10, 12, 14, 16, 18, 20}));
}

}  // namespace
}  // namespace latchkey::jose
