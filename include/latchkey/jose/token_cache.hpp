// A cache of verified tokens, so that the same bytes need no second signature check: one for all
// threads, which find in it without a lock and without writing where others read. Not for checking
// anything, and not for what is being checked: that is auth/shared_checks.
#pragma once

#include <latchkey/core/counter.hpp>
#include <latchkey/core/principal.hpp>
#include <latchkey/core/siphash.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/algorithm.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::jose {

// A verified token.
struct cached_grant {
  core::principal_ptr principal;  // never null
  // The key that made the signature, by what the header says and by key::identity(): a key that its
  // issuer has taken back is not kept alive by the tokens it signed.
  std::string kid;  // empty where the header has none
  std::uint64_t key = 0;
  std::uint64_t issuer = 0;      // the caller's number for the issuer
  std::uint64_t generation = 0;  // of the issuer's keys, when the key was last seen among them
  core::wall_time checked_at;    // when; before it (the clock was set back) the grant is no hit
  core::wall_time until;         // from then on it is no hit either: exp and the skew allowed
  algorithm alg{};               // by the header
};

struct token_cache_stats {
  std::uint64_t limit = 0;    // bytes
  std::uint64_t bytes = 0;    // never above the limit
  std::uint64_t entries = 0;  // insertions that no eviction, expiration or erasure has ended yet
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;  // calls of find() that were no hits
  std::uint64_t insertions = 0;
  std::uint64_t evictions = 0;    // made room for others
  std::uint64_t expirations = 0;  // found out of their time
  std::uint64_t erasures = 0;     // by erase(), or replaced
  std::uint64_t too_large = 0;    // were not kept

  // Of several caches.
  token_cache_stats& operator+=(const token_cache_stats& other);
  bool operator==(const token_cache_stats&) const = default;
};

struct token_entry;
class token_shard;

// A token and its hash by the key of the cache. The text is the caller's.
struct hashed_token {
  std::string_view text;
  std::uint64_t hash = 0;
};

// What time it is, asked once the grant is in hand: one that another thread has just stored is then
// never of the future.
using wall_clock = std::function<core::wall_time()>;

// The whole token is the key: a keyed SipHash finds the slot, the bytes are compared.
//
// Only valid tokens enter the cache, and their holders cannot flush it: a new entry is on
// probation, for which a quarter of the bytes is kept free, and only one that is hit there moves to
// the others, which are evicted after a round without a hit. Tokens that are used once evict one
// another.
//
// The table is split into shards, by the hash, so that threads which store seldom wait for one
// another; each has its share of the bytes. A thread that finds writes to its own cache lines only,
// but for a mark on an entry that is set once between two looks of the eviction, for the first hit
// of a token, and for its first one on that thread.
class token_cache {
 public:
  class found;
  class reader;

  // Allocates at most `limit` bytes for entries, as it fills; with 0 it keeps nothing. The limit
  // holds at every moment for all that is kept: texts, principals (each counted in full, though a
  // request may share it), the tables, and what malloc adds. One entry may take up to an eighth of
  // a shard. `readers` is how many threads use it at once, at least one.
  token_cache(std::size_t limit, core::siphash_key secret, std::size_t readers = 1);
  // No `found` may be left.
  ~token_cache();
  token_cache(const token_cache&) = delete;
  token_cache& operator=(const token_cache&) = delete;

  // Below the number of readers; each of them is for one thread at a time. Lives as long as the
  // cache.
  reader& at(std::size_t index) { return *readers_[index]; }

  // What a token takes for each reader but the first that finds it: reference counts of its own.
  static constexpr std::size_t bytes_of_further_reader = 48;
  // The size of an entry without those and its share of the table; an upper estimate.
  static std::size_t cost(std::string_view token, const cached_grant& grant,
                          std::size_t readers = 1);

  // From any thread; each number is exact, but they may be of different moments.
  token_cache_stats stats() const;

 private:
  token_shard& shard_of(const hashed_token& token) const;

  core::siphash_key secret_;
  core::siphash_key second_secret_;
  std::size_t limit_;
  std::vector<std::unique_ptr<reader>> readers_;
  std::vector<std::unique_ptr<token_shard>> shards_;  // empty, or a power of two
};

// The grant of a token that is in the cache and in its time. While it lives its reader finds
// nothing else, and the entry's memory is not given back: to be dropped before the thread does
// anything else, and never held across a co_await.
class token_cache::found {
 public:
  found() = default;
  found(found&& other) noexcept;
  found& operator=(found&& other) = delete;
  ~found();

  explicit operator bool() const { return one_ != nullptr; }

  // Of one that is true.
  const std::string& kid() const;
  std::uint64_t key() const;
  std::uint64_t issuer() const;
  algorithm alg() const;
  std::uint64_t generation() const;
  core::wall_time until() const;
  // Counted by this thread alone, so that copies of it write no line of another. The first time on
  // a thread that takes a lock, and memory.
  core::principal_ptr principal() const;
  // Records that the key of the grant is in the issuer's keys of that generation.
  void update_generation(std::uint64_t generation) const;

 private:
  friend class reader;
  found(reader& by, token_entry& one) : by_{&by}, one_{&one} {}

  reader* by_ = nullptr;
  token_entry* one_ = nullptr;
  core::wall_time now_;  // when it was judged
};

// What one thread asks the cache by. Not thread-safe, but for any number of readers beside one
// another.
class alignas(64) token_cache::reader {
 public:
  reader(token_cache& of, std::size_t index) : cache_{of}, index_{index} {}

  // Whether the cache keeps anything.
  bool enabled() const { return cache_.limit_ != 0; }
  hashed_token hash(std::string_view token) const;

  // False if the token is not there or has expired; an expired one is erased. Allocates nothing and
  // takes no lock, but to erase. While another thread changes the table, what is there may be
  // missed. Throws std::logic_error while what was found before still lives.
  found find(const hashed_token& token, const wall_clock& wall);
  // The same under the lock: what is there is found. Counts neither as a hit nor as a miss.
  found find_again(const hashed_token& token, const wall_clock& wall);

  // Stores a token that was verified at `grant.checked_at`, replacing its entry. False if it is too
  // large or expired already; then it has no entry.
  bool put(const hashed_token& token, cached_grant grant);

  void erase(const hashed_token& token);

 private:
  friend class token_cache;
  friend class found;
  friend class token_shard;

  found judge(token_entry* one, const hashed_token& token, const wall_clock& wall);
  void unpin() { pinned_.store(nullptr, std::memory_order_release); }

  // What `found` stands for, or what is being compared: nobody gives back its memory. On a line of
  // its own, which those who evict look at.
  std::atomic<const token_entry*> pinned_{nullptr};
  alignas(64) core::counter hits_;
  core::counter misses_;
  token_cache& cache_;
  std::size_t index_;
};

inline token_cache::found::found(found&& other) noexcept
    : by_{other.by_}, one_{std::exchange(other.one_, nullptr)}, now_{other.now_} {}

inline token_cache::found::~found() {
  if (one_ != nullptr) by_->unpin();
}

}  // namespace latchkey::jose
