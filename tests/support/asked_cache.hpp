// A token cache asked by texts and moments, by one of its readers after another. Not for tests with
// threads.
#pragma once

#include <latchkey/jose/token_cache.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace latchkey::support {

class asked_cache {
 public:
  asked_cache(std::size_t limit, core::siphash_key secret, std::size_t readers = 1)
      : all_{limit, secret, readers} {}

  // Those who ask from now on are the reader of that index.
  asked_cache& by(std::size_t index) {
    by_ = &all_.at(index);
    return *this;
  }

  jose::token_cache::found find(std::string_view token, core::wall_time now) {
    return by_->find(by_->hash(token), [now] { return now; });
  }
  jose::token_cache::found find_again(std::string_view token, core::wall_time now) {
    return by_->find_again(by_->hash(token), [now] { return now; });
  }
  bool has(std::string_view token, core::wall_time now) { return bool{find(token, now)}; }
  bool put(std::string_view token, jose::cached_grant grant) {
    return by_->put(by_->hash(token), std::move(grant));
  }
  void erase(std::string_view token) { by_->erase(by_->hash(token)); }
  jose::token_cache_stats stats() const { return all_.stats(); }

 private:
  jose::token_cache all_;
  jose::token_cache::reader* by_ = &all_.at(0);
};

}  // namespace latchkey::support
