// One cache and several threads that put, find and erase at once, against what each token may be
// found with.
#include <latchkey/jose/token_cache.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::jose {
namespace {

using namespace std::chrono_literals;

const core::wall_time noon{std::chrono::hours{12}};

// Principals that were made and are not gone.
std::atomic<std::int64_t> living{0};

core::principal_ptr counted_principal(std::string subject, std::size_t claims) {
  auto* const made = new core::principal;
  const core::principal_ptr held{made, [](const core::principal* gone) {
                                   --living;
                                   delete gone;
                                 }};
  ++living;
  made->subject = std::move(subject);
  made->claims.assign(claims, 'c');
  return held;
}

// Each token is put and erased by one thread, each time as the next version; all find
// it. Versions up to `ended` are gone, and none above `begun` has been there.
struct model {
  std::atomic<std::uint64_t> ended{0};
  std::atomic<std::uint64_t> begun{0};
};

class trial {
 public:
  trial(std::size_t limit, std::size_t threads, std::size_t tokens, std::size_t steps)
      : threads_{threads}, steps_{steps}, models_(tokens), cache_{limit, {1, 2}, threads} {
    for (std::size_t i = 0; i < tokens; ++i) {
      // Some share their beginning, and all their length.
      auto text = std::string(100 + i % 3 * 300, 'a') + std::to_string(i);
      text.resize(800, 'x');
      texts_.push_back(std::move(text));
    }
  }

  void run() {
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < threads_; ++i) all.emplace_back([this, i] { work(i); });
    std::thread watcher{[this] {
      while (!done_) {
        const auto seen = cache_.stats();
        if (seen.bytes > seen.limit) ++over_limit_;
      }
    }};
    for (auto& one : all) one.join();
    done_ = true;
    watcher.join();
  }

  token_cache& cache() { return cache_; }
  std::uint64_t hits() const { return hits_; }
  std::uint64_t wrong() const { return wrong_; }
  std::uint64_t lost() const { return lost_; }
  std::uint64_t over_limit() const { return over_limit_; }

 private:
  void work(std::size_t me) {
    std::mt19937_64 random{me};
    auto& by = cache_.at(me);
    std::array<core::principal_ptr, 16> kept;
    for (std::size_t step = 0; step < steps_; ++step) {
      const bool changes = random() % 4 == 0;
      auto number = random() % texts_.size();
      if (changes) number = number / threads_ * threads_ + me;
      if (number >= texts_.size()) continue;
      const auto token = by.hash(texts_[number]);
      if (changes) {
        change(by, token, number, random);
      } else {
        look(by, token, number, random() % 8 == 0, kept[random() % kept.size()]);
      }
    }
  }

  void change(token_cache::reader& by, const hashed_token& token, std::size_t number,
              std::mt19937_64& random) {
    auto& known = models_[number];
    const auto before = known.begun.load();
    if (random() % 4 == 0) {
      by.erase(token);
      known.ended.store(before);
      return;
    }
    known.begun.store(before + 1);
    cached_grant grant;
    grant.principal = counted_principal(std::to_string(number), random() % 2000);
    grant.key = before + 1;
    grant.issuer = number;
    grant.generation = before + 1;
    grant.checked_at = noon;
    grant.until = noon + 1h;
    const bool put = by.put(token, std::move(grant));
    known.ended.store(before);
    if (put && !by.find_again(token, [] { return noon; })) ++lost_;
  }

  void look(token_cache::reader& by, const hashed_token& token, std::size_t number, bool expired,
            core::principal_ptr& keep) {
    auto& known = models_[number];
    const auto ended = known.ended.load();
    const auto found = by.find(token, [expired] { return expired ? noon + 2h : noon; });
    if (!found) return;
    const auto principal = found.principal();
    const auto generation = found.generation();
    // Whoever sees the next one may write it, too, as after a rotation.
    found.update_generation(generation);
    const bool right = !expired && found.issuer() == number && found.key() > ended &&
                       found.key() <= known.begun.load() && generation == found.key() &&
                       principal->subject == std::to_string(number);
    ++(right ? hits_ : wrong_);
    keep = principal;
  }

  std::size_t threads_;
  std::size_t steps_;
  std::vector<model> models_;
  std::vector<std::string> texts_;
  token_cache cache_;
  std::atomic<bool> done_{false};
  std::atomic<std::uint64_t> hits_{0};
  std::atomic<std::uint64_t> wrong_{0};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> over_limit_{0};
};

struct plan {
  const char* name;
  std::size_t limit;
  std::size_t threads;
  std::size_t tokens;
  bool evicts;

  friend void PrintTo(const plan& one, std::ostream* out) { *out << one.name; }
};

class TokenCacheThreads : public testing::TestWithParam<plan> {};

TEST_P(TokenCacheThreads, find_nothing_but_what_is_there) {
  const auto& plan = GetParam();
  {
    trial all{plan.limit, plan.threads, plan.tokens, 60'000 / plan.threads};
    all.run();
    EXPECT_EQ(all.wrong(), 0U);
    EXPECT_EQ(all.over_limit(), 0U);
    EXPECT_GT(all.hits(), 1000U);
    const auto stats = all.cache().stats();
    EXPECT_EQ(stats.entries,
              stats.insertions - stats.evictions - stats.expirations - stats.erasures);
    EXPECT_GT(stats.expirations, 0U);
    EXPECT_EQ(stats.evictions > 0, plan.evicts);
    // Beside others, one of them may have come an hour later.
    if (plan.threads == 1) {
      EXPECT_EQ(all.lost(), 0U);
    }
  }
  EXPECT_EQ(living, 0);
}

INSTANTIATE_TEST_SUITE_P(table, TokenCacheThreads,
                         testing::Values(plan{"roomy", 64UL << 20U, 4, 300, false},
                                         plan{"alone", 64UL << 20U, 1, 300, false},
                                         plan{"crowded", 64UL << 10U, 4, 300, true},
                                         plan{"few_tokens", 256UL << 10U, 8, 8, false},
                                         plan{"many_readers", 64UL << 10U, 32, 500, true}),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace latchkey::jose
