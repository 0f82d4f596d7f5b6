// A token in the cache with its grant, and its size. Private to the token cache.
#pragma once

#include <latchkey/jose/token_cache.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace latchkey::jose {

// Found by a reader between its checked_at and its until.
inline bool in_time(const cached_grant& grant, core::wall_time now) {
  return grant.checked_at <= now && now < grant.until;
}

// Entries from the oldest to the newest; the table owns them.
struct entry_queue {
  token_entry* oldest = nullptr;
  token_entry* newest = nullptr;
  std::size_t bytes = 0;

  void append(token_entry& one);
  void remove(token_entry& one);
};

struct entry_delete {
  void operator()(token_entry* gone) const noexcept;
};
using entry_ptr = std::unique_ptr<token_entry, entry_delete>;

// Behind it, in the same block, stand the principal as each reader holds it, and the token's text:
// so a hit reads one place.
struct token_entry {
  // Under the lock of the shard.
  entry_queue* in = nullptr;  // null: it is in the table no more
  token_entry* older = nullptr;
  token_entry* newer = nullptr;  // or the next one that waits for a reader
  std::size_t bytes = 0;

  // For readers.
  std::uint64_t hash = 0;
  std::size_t length = 0;
  std::size_t readers = 0;
  std::size_t maker = 0;                 // the reader whose principal it came with
  std::atomic<bool> on_probation{true};  // written under the lock
  // Since it joined the established ones, or was passed over. Set only where it is not.
  std::atomic<bool> hit{false};
  std::atomic<std::uint64_t> generation{0};
  cached_grant grant;  // without the principal, which is the maker's, and with its first generation

  static entry_ptr make(const hashed_token& token, std::size_t readers, std::size_t maker,
                        cached_grant grant);
  // Of the block.
  static std::size_t size(std::size_t token, std::size_t readers);

  // One for each reader; all but the maker's are null until that reader's first hit, and none is
  // changed afterwards. Read by its reader, or under the lock.
  core::principal_ptr* principals() { return reinterpret_cast<core::principal_ptr*>(this + 1); }
  std::string_view token() {
    return {reinterpret_cast<const char*>(principals() + readers), length};
  }
  bool is(const hashed_token& wanted) { return hash == wanted.hash && token() == wanted.text; }
};

// The principal with reference counts of one thread's own, which hold the one with those of all.
core::principal_ptr counted_apart(const core::principal_ptr& shared);

// What malloc of glibc takes for a block of that size; from 128 KiB on it may be whole pages.
std::size_t heap_bytes(std::size_t size);

}  // namespace latchkey::jose
