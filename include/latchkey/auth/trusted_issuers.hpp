// The trusted issuers: rules for claims and headers, and the source of keys, of each. Not for
// checking tokens.
#pragma once

#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/thread_verifiers.hpp>
#include <latchkey/auth/token_place.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/token.hpp>
#include <latchkey/jose/verifier.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace latchkey::auth {

// Keys belong to their issuer: a kid is looked up only in the keys of the issuer that the token
// names.
struct trusted_issuer {
  jose::claim_rules rules;  // rules.issuer is its name
  jose::header_rules header;
  std::shared_ptr<jwks_client> keys;
  // The places of its tokens beside the Authorization field.
  std::vector<token_place> places = {};
  // A number unique in this process, under which its tokens are cached. It is to be kept when the
  // issuers are rebuilt with the same rules, keys, places and limits; 0: a new one.
  std::uint64_t identity = 0;

  // `place` as find_token gives it.
  bool takes_from(const token_place* place) const;
};

// What authenticate needs. Immutable, shared by all threads.
class trusted_issuers {
 public:
  // Throws std::invalid_argument for an issuer without name, audience, algorithm or keys, for
  // tenants that are none or without a template, and for two of one name. On a thread without a
  // verifier, and everywhere if `verifiers` is null, every signature is checked by itself and no
  // token is cached.
  trusted_issuers(std::vector<trusted_issuer> issuers, jose::token_limits limits, core::clock clock,
                  std::shared_ptr<const thread_verifiers> verifiers = nullptr);

  // The issuer of that name, or of that tenant, compared byte by byte; null where there is none.
  const trusted_issuer* find(std::string_view issuer) const;
  // The one of that identity; null where there is none (any more).
  const trusted_issuer* find_identity(std::uint64_t identity) const;
  const std::vector<trusted_issuer>& all() const { return issuers_; }
  const jose::token_limits& limits() const { return limits_; }
  // Of all issuers.
  std::span<const token_place> places() const { return places_; }
  core::wall_time now() const { return clock_.wall(); }
  const jose::wall_clock& wall() const { return clock_.wall; }
  // Of the calling thread; null where it has none.
  thread_verifier* verifier() const { return verifiers_ ? verifiers_->here() : nullptr; }

 private:
  std::vector<trusted_issuer> issuers_;
  std::vector<token_place> places_;
  jose::token_limits limits_;
  core::clock clock_;
  std::shared_ptr<const thread_verifiers> verifiers_;
};

}  // namespace latchkey::auth
