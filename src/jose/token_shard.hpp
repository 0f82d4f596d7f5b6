// A part of the token cache: some of its entries, in the order they are to leave, and the lock for
// those who change it. Private to the token cache.
#pragma once

#include "token_entry.hpp"
#include "token_table.hpp"

#include <latchkey/jose/token_cache.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <span>

namespace latchkey::jose {

class alignas(64) token_shard {
 public:
  using reader = token_cache::reader;
  using readers = std::span<const std::unique_ptr<reader>>;

  // The readers outlive it.
  token_shard(std::size_t limit, readers all) : limit_{limit}, readers_{all} {}
  ~token_shard();
  token_shard(const token_shard&) = delete;
  token_shard& operator=(const token_shard&) = delete;

  // Pins the entry of the token for `by`, which has none pinned; null where there is none, or where
  // it was being moved. Takes no lock.
  token_entry* find(const hashed_token& token, reader& by) const;

  // For a pinned entry. The first time it joins the established ones, at the latest
  // when room is made: nobody waits for the lock for it.
  void mark_hit(token_entry& pinned);

  // All below take the lock.

  // As find(), and nothing is moved meanwhile.
  token_entry* find_again(const hashed_token& token, reader& by) const;
  // As those of token_cache::reader; `maker` is the index of who puts.
  bool put(const hashed_token& token, cached_grant grant, std::size_t maker);
  void erase(const hashed_token& token);
  // Erases it if it is out of its time.
  void expire(const hashed_token& token, core::wall_time now);
  // The principal of an entry that `by` has pinned and finds for the first time.
  core::principal_ptr adopt(token_entry& pinned, const reader& by, core::wall_time now);

  // From any thread, without it.
  void add_to(token_cache_stats& sum) const;

 private:
  void establish(token_entry& one);
  void drop(token_entry& one, core::counter& reason);
  void free(token_entry& one);
  void free_unpinned();
  bool is_pinned(const token_entry& one) const;
  void evict(core::wall_time now);
  bool make_room(std::size_t need, core::wall_time now);

  const std::size_t limit_;
  const readers readers_;
  token_table table_;  // read by all; its pointer changes when it grows

  alignas(64) mutable std::mutex lock_;
  // Under the lock.
  entry_queue probation_;
  entry_queue established_;
  // Out of the table, and pinned when last looked at: never more than one for each reader.
  token_entry* waiting_ = nullptr;
  core::counter bytes_;
  core::counter entries_;
  core::counter insertions_;
  core::counter evictions_;
  core::counter expirations_;
  core::counter erasures_;
  core::counter too_large_;
};

}  // namespace latchkey::jose
