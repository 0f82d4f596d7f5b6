// Checks the claims of a token (RFC 7519 section 4.1) and makes its principal. Pure: time is an
// argument. Not for signatures, which have to be checked as well.
#pragma once

#include <latchkey/core/principal.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/required_claim.hpp>
#include <latchkey/jose/token.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::jose {

// What to do with a token that is bound to a key of its holder (`cnf`, RFC 7800): accepted without
// proof of that key, a stolen token could be used as a plain bearer token.
enum class bound_tokens : std::uint8_t { refuse, ignore };

struct claim_rules {
  // A name, or with `tenants` a template of names (issuer_template).
  std::string issuer;
  // A token must name one of these. With none listed every token is refused.
  std::vector<std::string> audiences;
  // The claim that names the audience; "client_id" for Cognito's access tokens, which have no
  // `aud`.
  std::string audience_claim = "aud";
  // Allowed clock difference to the issuer. Not negative.
  std::chrono::seconds clock_skew{60};
  // The claims that are read as scopes, all of them together; every other gives none. Names or
  // paths (claim_path).
  std::vector<std::string> scope_claims = {"scope", "scp", "permissions"};
  std::vector<required_claim> required_claims = {};
  bound_tokens bound = bound_tokens::refuse;
  // How old a token may be by its `iat`; 0: as old as `exp` allows. Not negative.
  std::chrono::seconds max_token_age{0};
  // The tenants that the template in `issuer` stands for, each an id (is_tenant_id). Empty where
  // `issuer` is a name.
  std::vector<std::string> tenants = {};
  // The resources (RFC 8707) of which the principal is to know whether the token is for them, each
  // by the names that `aud` may have for it; at most max_resources. No token is refused for want of
  // one here.
  std::vector<std::vector<std::string>> resources = {};
};

// One bit of the principal each.
inline constexpr std::size_t max_resources = 64;

// Whether `name` is the issuer of these rules, or one of its tenants.
bool names_issuer(const claim_rules& rules, std::string_view name);

// In this order: `iss` is the issuer, byte by byte, or the name of one of its tenants, and then
// `tid` is that tenant; the audience claim is one of the audiences, or an array of strings with one
// of them in it; the required claims are as required; there is no `cnf`, unless it is ignored;
// `exp` is there and in the future (expired from the very second on); `nbf`, if there, is not in
// the future; `iat`, if there, is a time, and where there is a greatest age, it is there, not in
// the future and not as old as that; `sub`, if there, is a string. Times are numbers, fractions
// allowed, up to the end of the year 9999. Then the scopes are gathered (scopes_of).
//
// The principal's issuer is the token's own, and its expiry the moment from which on the token is
// not taken any more, the skew aside: by its `exp` or by its greatest age.
core::result<core::principal> check_claims(const token& token, const claim_rules& rules,
                                           core::wall_time now);

}  // namespace latchkey::jose
