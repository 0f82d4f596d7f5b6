// The complete verification of a token against given keys, and its parts for a server that may have
// to wait for keys. Not for waiting.
#pragma once

#include <latchkey/core/principal.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/rsa_single.hpp>
#include <latchkey/jose/token.hpp>

#include <cstdint>
#include <string_view>

namespace latchkey::jose {

// The required `typ` of a header, of those that parse_jws accepts.
enum class required_type : std::uint8_t {
  none,    // absent, JWT, JOSE or at+jwt
  jwt,     // JWT
  at_jwt,  // at+jwt: the access tokens of RFC 9068, and nothing else
};

// The rules for the headers of an issuer's tokens. A value that allocates nothing.
struct header_rules {
  algorithm_set algorithms{algorithm::rs256};
  required_type require_typ = required_type::none;
  // The issuer is Entra, whose tokens for Microsoft Graph have a `nonce` in the header, of which
  // the signature covers a hash: nobody else can check them.
  bool graph_nonce = false;
};

// The `alg` is one of the algorithms, compared byte by byte, and `typ` is as required; then the
// result is the algorithm. What needs no key is checked before one is looked for.
core::result<algorithm> check_header(const token& token, const header_rules& rules);

// The key serves the algorithm, and the signature verifies under it. `alg` is what check_header
// gave for this token, and `single` is that of verify_signature.
core::error_code check_signature(const token& token, algorithm alg, const key& key,
                                 const rsa_single_kernel* single = nullptr);
// The same, by the `alg` of the token, which is looked up again.
core::error_code check_signature(const token& token, const key& key);

// For a multi-tenant issuer: the key names no issuers, or names that of the token, by its name or
// by a template that matches it. For other issuers this is not checked: their keys are of one
// issuer.
core::error_code check_key_issuer(const token& token, const key& key, const claim_rules& rules);

// The error of check_signature, or a more specific one by what is known of the issuer's tokens.
core::error_code explain_signature_error(const core::error_code& error, const token& token,
                                         const header_rules& rules);

// parse_token, check_header, key_set::choose, check_signature, check_key_issuer, check_claims; the
// first error ends it.
core::result<core::principal> verify(std::string_view token_text, const key_set& keys,
                                     const claim_rules& rules, const header_rules& header,
                                     core::wall_time now, const token_limits& limits = {},
                                     const rsa_single_kernel* single = nullptr);

}  // namespace latchkey::jose
