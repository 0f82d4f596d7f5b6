// A cache of verified tokens, so that the same bytes need no second signature check. One object per
// thread: no locks, not thread-safe except for the statistics; the caller divides the memory among
// the threads. Not for checking anything.
#pragma once

#include <latchkey/core/counter.hpp>
#include <latchkey/core/principal.hpp>
#include <latchkey/core/siphash.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/algorithm.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
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
  std::uint64_t misses = 0;  // finds that were no hits
  std::uint64_t insertions = 0;
  std::uint64_t evictions = 0;    // made room for others
  std::uint64_t expirations = 0;  // found out of their time
  std::uint64_t erasures = 0;     // by erase(), or replaced
  std::uint64_t too_large = 0;    // were not kept

  // Of several caches.
  token_cache_stats& operator+=(const token_cache_stats& other);
  bool operator==(const token_cache_stats&) const = default;
};

// The whole token is the key: a keyed SipHash finds the slot, the bytes are compared.
//
// Only valid tokens enter the cache, and their holders cannot flush it: a new entry is on probation
// in a quarter of the bytes, and only one that is hit there moves to the others, which are evicted
// after a round without a hit. Tokens that are used once evict one another.
class alignas(64) token_cache {
 public:
  // Allocates at most `limit` bytes, as it fills; with 0 it keeps nothing. The limit holds at every
  // moment for all that is kept: texts, principals (each counted in full, though a request may
  // share it), the table, and what malloc adds. One entry may take up to an eighth of it.
  token_cache(std::size_t limit, core::siphash_key secret);
  ~token_cache();
  token_cache(const token_cache&) = delete;
  token_cache& operator=(const token_cache&) = delete;

  // Null if the token is not there or has expired; an expired one is erased. Allocates nothing. The
  // grant is valid until the next call of a member other than stats() and update_generation().
  const cached_grant* find(std::string_view token, core::wall_time now);

  // Records that the key of the grant, which find() has just returned, is in the issuer's keys of
  // that generation.
  void update_generation(const cached_grant& found, std::uint64_t generation);

  // Stores a token that was verified at `grant.checked_at`, replacing its entry. False if it is too
  // large or expired already; then it has no entry.
  bool put(std::string_view token, cached_grant grant);

  void erase(std::string_view token);

  // The size of an entry without its share of the table; an upper estimate.
  static std::size_t cost(std::string_view token, const cached_grant& grant);

  // From any thread; each number is exact, but they may be of different moments.
  token_cache_stats stats() const;

 private:
  struct entry;
  struct entry_delete {
    void operator()(entry* gone) const noexcept;
  };
  using entry_ptr = std::unique_ptr<entry, entry_delete>;

  struct slot {
    std::uint64_t hash = 0;
    entry_ptr held;
  };

  // Entries from the oldest to the newest; the slots own them.
  struct queue {
    entry* oldest = nullptr;
    entry* newest = nullptr;
    std::size_t bytes = 0;

    void append(entry& one);
    void remove(entry& one);
  };

  slot* locate(std::uint64_t hash, std::string_view token);
  void place(std::uint64_t hash, entry_ptr made);
  void drop(entry& one, core::counter& reason);
  void evict(core::wall_time now);
  bool make_room(std::size_t need, core::wall_time now);
  bool table_full() const;
  void widen_table();

  core::siphash_key secret_;
  std::vector<slot> table_;  // empty, or a power of two; linear probing
  queue probation_;
  queue established_;

  std::size_t limit_;
  core::counter bytes_;
  core::counter entries_;
  core::counter hits_;
  core::counter misses_;
  core::counter insertions_;
  core::counter evictions_;
  core::counter expirations_;
  core::counter erasures_;
  core::counter too_large_;
};

}  // namespace latchkey::jose
