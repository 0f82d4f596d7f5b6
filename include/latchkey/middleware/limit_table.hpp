// The buckets of all keys of a process in a table of fixed size that all threads share, without a
// lock: one word a key, eight of them a cache line. Not for what a key is: rate_limit.
//
// Where the eight places of a key are taken, the bucket that is full soonest makes room, the one
// with the least use. So keys that somebody makes, each used once, put out each other, and neither
// free his own empty bucket nor have anybody refused: who is put out begins with a full one.
#pragma once

#include <latchkey/middleware/token_bucket.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace latchkey::middleware {

class limit_table {
 public:
  // For as many keys, rounded up to a power of two; eight bytes each.
  explicit limit_table(std::size_t keys);

  // Takes a token of the key with that hash, all bits of which nobody outside can foresee. Two keys
  // are taken for one with a chance of 1 in 131,072. Any thread. `now` is of one clock for all
  // calls, and not 0.
  bucket_verdict take(std::uint64_t hash, const bucket_rule& rule, bucket_time now);
  // Puts back a token that was taken, where the key still has its place. Any thread.
  void give_back(std::uint64_t hash, const bucket_rule& rule, bucket_time now);

  std::size_t keys() const { return sets_ * places; }

 private:
  static constexpr std::size_t places = 8;
  struct alignas(64) set {
    // Twenty bits of the hash above 44 of the time; 0: free.
    std::array<std::atomic<std::uint64_t>, places> words{};
  };

  std::size_t sets_;
  std::unique_ptr<set[]> table_;
};

}  // namespace latchkey::middleware
