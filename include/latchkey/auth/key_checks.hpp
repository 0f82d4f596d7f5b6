// Validates the numbers of an issuer's keys: once for each key, with the outcome cached, and within
// limits for each document. Not for parsing documents.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/jwk.hpp>
#include <latchkey/jose/key_set.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>

namespace latchkey::auth {

// For one document. A check that has begun is not interrupted, so that the time can be exceeded by
// one check: OpenSSL takes up to a second for the largest numbers.
struct key_check_limits {
  core::steady_duration time = std::chrono::seconds{2};
  std::size_t count = 1000;

  bool operator==(const key_check_limits&) const = default;
};

// Used by one thread at a time.
class key_checks {
 public:
  using loader = std::function<core::result<jose::key>(jose::jwk_content, jose::number_check)>;

  // `max_cached`: the number of keys whose outcome is cached; the oldest is evicted first. `now`
  // and `load` (jose::key::load except in tests) are called on the thread that checks.
  key_checks(key_check_limits bounds, std::size_t max_cached,
             std::function<core::steady_time()> now, loader load = jose::key::load);

  // The loader for the keys of one document; its time starts with this call. Valid as long as this
  // object. Once the limits are reached, or `stopped` is true (null: never), a key without a cached
  // outcome is errc::key_not_checked.
  jose::key_loader for_document(const std::atomic<bool>* stopped = nullptr);

  std::size_t cached() const { return sound_.size(); }

 private:
  core::result<jose::key> load_checked(jose::jwk_content content);
  bool exhausted() const;
  void cache(const std::string& numbers, bool sound);

  key_check_limits bounds_;
  std::size_t max_cached_;
  std::function<core::steady_time()> now_;
  loader load_;

  // By the digest of the numbers: whether they are valid.
  std::unordered_map<std::string, bool> sound_;
  std::deque<std::string> oldest_first_;

  // Of the current document.
  const std::atomic<bool>* stopped_ = nullptr;
  core::steady_time began_;
  std::size_t made_ = 0;
};

}  // namespace latchkey::auth
