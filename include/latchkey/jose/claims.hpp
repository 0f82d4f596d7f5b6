// Whether the claims of a token are meant for us and for now (RFC 7519 section 4.1), and whom they
// speak for. Pure: time is an argument. Not for signatures, which have to be checked as well.
#pragma once

#include <latchkey/core/principal.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/token.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace latchkey::jose {

// A claim that tells tokens meant for us from others of the same issuer, its ID tokens for example.
struct required_claim {
  // At least one of these is in the token, and each that is there is a string that is not empty.
  std::vector<std::string> names;
  // The string is one of these, byte by byte; with none listed any will do.
  std::vector<std::string> values;

  bool operator==(const required_claim&) const = default;
};

struct claim_rules {
  std::string issuer;
  // A token must name one of these. With none listed every token is refused.
  std::vector<std::string> audiences;
  // The claim that names the audience; "client_id" for Cognito's access tokens, which have no
  // `aud`.
  std::string audience_claim = "aud";
  // How far the issuer's clock may be from ours. Not negative.
  std::chrono::seconds clock_skew{0};
  // The claims that are read as scopes, all of them together; every other gives none.
  std::vector<std::string> scope_claims = {"scope", "scp", "permissions"};
  std::vector<required_claim> required_claims = {};
};

// In this order: `iss` is the issuer, byte by byte; the audience claim is one of the audiences, or
// an array of strings with one of them in it; the required claims are as required; `exp` is there
// and in the future (expired from the very second on); `nbf` and `iat`, if there, are not in the
// future; `sub`, if there, is a string. Times are numbers, fractions allowed, up to the end of the
// year 9999.
//
// A scope claim is a string of words set apart by single spaces or an array of strings, each one
// scope. The scopes come in the order of `scope_claims`, then of the claim.
core::result<core::principal> check_claims(const token& checked, const claim_rules& rules,
                                           core::wall_time now);

}  // namespace latchkey::jose
