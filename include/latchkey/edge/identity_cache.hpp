// The answers to checks that are the same for every request of a token: kept by one thread, for as
// many tokens as have a place. A token is judged before each use. Not for what a token may.
#pragma once

#include <latchkey/core/principal.hpp>
#include <latchkey/edge/identity_fields.hpp>
#include <latchkey/http/response.hpp>

#include <cstddef>
#include <vector>

namespace latchkey::edge {

class identity_cache {
 public:
  static constexpr std::size_t places = 256;

  // The answer that was put for the two; null where there is none (any more). Valid until the next
  // put().
  const http::response* find(const identity_fields& by, const core::principal_ptr& who) const;
  // `by` outlives the cache. An answer takes the place of another one.
  void put(const identity_fields& by, const core::principal_ptr& who, const http::response& answer);

 private:
  struct entry {
    const identity_fields* by = nullptr;
    core::principal_ptr who;  // kept, so that no other one is made at its address
    http::response answer;
  };
  static std::size_t place_of(const identity_fields& by, const core::principal* who);

  std::vector<entry> entries_;  // empty until the first put()
};

}  // namespace latchkey::edge
