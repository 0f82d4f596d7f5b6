// What limits of requests have in common over all threads and configurations of a process: the
// buckets, and how many requests each has refused. A limit that a reload leaves as it was finds its
// buckets and its count again, by its name. Not for judging requests: rate_limit.
#pragma once

#include <latchkey/core/siphash.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/middleware/limit_settings.hpp>
#include <latchkey/middleware/limit_table.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::middleware {

struct limit_count {
  std::string route;  // the pattern
  limit_by by = limit_by::address;
  std::atomic<std::uint64_t> refused{0};
};

std::string_view to_string(limit_by by);

class limit_store {
 public:
  static constexpr std::size_t usual_keys = std::size_t{1} << 20U;

  // `key` is random. The table takes memory once the first limit is made.
  limit_store(core::clock clock, const core::siphash_key& key, std::size_t keys = usual_keys);

  // Any thread.
  std::shared_ptr<limit_table> table();
  std::shared_ptr<limit_count> count_of(std::string_view route, limit_by by);
  std::vector<std::shared_ptr<const limit_count>> counts() const;

  std::uint64_t hash(std::string_view bytes) const { return core::siphash_1_3(key_, bytes); }
  bucket_time now() const;

 private:
  core::clock clock_;
  core::siphash_key key_;
  std::size_t keys_;
  core::steady_time began_;
  mutable std::mutex mutex_;
  std::shared_ptr<limit_table> table_;
  std::vector<std::shared_ptr<limit_count>> counts_;
};

}  // namespace latchkey::middleware
