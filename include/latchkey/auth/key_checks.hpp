// The checks of the numbers of an issuer's keys: made once for each key, remembered whether it was
// found sound or not, and bounded for each document. Not for reading documents.
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

// Of one document. A check that has begun is not broken off: OpenSSL takes up to a second for the
// largest numbers, with which the time can be exceeded.
struct key_check_limits {
  core::steady_duration time = std::chrono::seconds{2};
  std::size_t count = 1000;
};

// Used by one thread at a time.
class key_checks {
 public:
  using loader = std::function<core::result<jose::key>(jose::jwk_content, jose::number_check)>;

  // `max_cached`: of how many keys the outcome is kept; the oldest goes first. `now` is called by
  // whoever makes the checks; so is `load`, which is jose::key::load outside of tests.
  key_checks(key_check_limits bounds, std::size_t max_cached,
             std::function<core::steady_time()> now, loader load = jose::key::load);

  // Makes the keys of one document, whose checks begin with this call; valid as long as this
  // object. Once the limits are reached, or `stopped` is true (null: never), a key that has not
  // been checked before is errc::key_not_checked.
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

  // By the digest of the numbers: whether they make a key.
  std::unordered_map<std::string, bool> sound_;
  std::deque<std::string> oldest_first_;

  // Of the document at hand.
  const std::atomic<bool>* stopped_ = nullptr;
  core::steady_time began_;
  std::size_t made_ = 0;
};

}  // namespace latchkey::auth
