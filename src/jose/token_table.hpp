// The slots by which the entries of a shard are found: changed by one thread at a time, looked into
// by any without a lock. Private to the token cache. Not for owning the entries.
#pragma once

#include "token_entry.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace latchkey::jose {

class token_table {
 public:
  using pin = std::atomic<const token_entry*>;

  token_table() = default;
  ~token_table();
  token_table(const token_table&) = delete;
  token_table& operator=(const token_table&) = delete;

  // Any thread. Pins the entry of the token in `mine`, which is null before; null, and nothing
  // pinned, where there is none, or where it was being moved.
  token_entry* find(const hashed_token& token, pin& mine) const;

  // The members below are called by one thread at a time.

  token_entry* locate(const hashed_token& token) const;
  void place(token_entry& one);
  // Afterwards no reader comes upon it any more; one that has may have it pinned.
  void remove(const token_entry& one);

  std::size_t slots() const;
  // What the next size takes while the smaller ones are kept.
  std::size_t bytes_to_widen() const;
  void widen();

 private:
  struct slot;
  struct block;

  static void place(block& in, std::uint64_t hash, token_entry& one);

  std::atomic<block*> block_{nullptr};
};

}  // namespace latchkey::jose
