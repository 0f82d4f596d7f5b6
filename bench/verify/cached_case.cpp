#include "verify/cases.hpp"
#include "verify/turn.hpp"

#include <latchkey/jose/token_cache.hpp>

#include <algorithm>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>

namespace latchkey::bench {
namespace {

// A server's default; more where the tokens are too many for it, so that every one is a hit.
constexpr std::size_t usual_cache_bytes = std::size_t{16} << 20;
// Both stand for what a server would have: the number of the issuer, and of the keys it has now.
constexpr std::size_t issuer_number = 0;
constexpr std::uint64_t generation = 1;

core::siphash_key random_key() {
  std::random_device source;
  const auto word = [&source] { return std::uint64_t{source()} << 32 | source(); };
  const auto first = word();
  return {first, word()};
}

jose::cached_grant grant_of(const signed_token& token, const token_set& load) {
  auto principal = jose::verify(token.text, *load.key_set, load.claims, load.header, load.now);
  if (!principal) throw wrong_answer{"token_cached: a valid token was refused"};
  const auto& key = *load.keys[token.key];
  const auto until = principal->expiry + load.claims.clock_skew;
  return {std::make_shared<const core::principal>(std::move(*principal)),
          std::string{key.kid()},
          key.identity(),
          issuer_number,
          generation,
          load.now,
          until};
}

class token_cached {
 public:
  token_cached(token_set_ptr load, std::size_t hot, std::size_t first)
      : cache_{std::max(usual_cache_bytes, 3 * cost(*load, hot)), random_key()},
        load_{std::move(load)},
        next_{hot, first},
        next_bad_{load_->bad.size() + 1, 0} {
    for (std::size_t i = 0; i < hot; ++i) {
      const auto& token = load_->tokens[i];
      // Found once more, as by a second request: that gives it its place.
      if (!tokens_.put(tokens_.hash(token.text), grant_of(token, *load_)) || !hit(token.text)) {
        throw std::runtime_error{"the cache did not keep a token"};
      }
    }
  }

  std::size_t run(std::size_t iterations) {
    std::size_t right = 0;
    for (std::size_t i = 0; i < iterations; ++i) {
      right += hit(load_->tokens[next_.take()].text) ? 1 : 0;
    }
    return right;
  }

  bool refuses_bad() {
    const auto at = next_bad_.take();
    return !hit(at < load_->bad.size() ? load_->bad[at].text : load_->expired.text);
  }

 private:
  static std::size_t cost(const token_set& load, std::size_t hot) {
    // All are of nearly the same size.
    return hot * jose::token_cache::cost(load.tokens[0].text, grant_of(load.tokens[0], load));
  }

  // What a request that is a hit costs: the token found, its key still among the issuer's, and the
  // principal for the request to keep.
  core::principal_ptr hit(const std::string& text) {
    const auto found = tokens_.find(tokens_.hash(text), wall_);
    if (!found || found.issuer() != issuer_number) return nullptr;
    if (found.generation() != generation) return nullptr;
    return found.principal();
  }

  jose::token_cache cache_;
  jose::token_cache::reader& tokens_ = cache_.at(0);
  token_set_ptr load_;
  jose::wall_clock wall_ = [now = load_->now] { return now; };
  turn next_;
  turn next_bad_;
};

}  // namespace

benchmark_case token_cached_case(const token_set_ptr& load, std::size_t hot, std::size_t first) {
  const auto work = std::make_shared<token_cached>(load, hot, first);
  return {"token_cached", [work](std::size_t iterations) { return work->run(iterations); },
          [work] { return work->refuses_bad(); }};
}

}  // namespace latchkey::bench
