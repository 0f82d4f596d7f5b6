// Every reason for which a token, a JWK or a key set is refused, and the stable code each has in
// logs and answers. Not for errors of the request around its token: those are in auth/errc.
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace latchkey::jose {

enum class errc : std::uint8_t {
  // The text of a token
  token_too_large = 1,
  not_three_parts,
  empty_part,  // three parts, one of them empty: so is every token without a signature
  bad_base64url,

  // JSON, wherever it stands
  bad_json,        // not JSON, not UTF-8, or a number that no double can hold
  json_too_large,  // more bytes, levels, values or characters in a string than allowed
  duplicate_name,

  // The header of a token
  header_not_object,
  alg_missing,
  alg_not_allowed,
  kid_missing,  // and more than one key could be meant
  bad_kid,      // not a string, or too long
  typ_not_accepted,
  cty_not_accepted,
  crit_not_supported,
  b64_not_supported,

  // Key and signature
  unknown_key,
  key_of_another_issuer,  // of several that one key set has the keys of
  key_alg_mismatch,       // of a token, or of a JWK whose type cannot serve the `alg` it states
  bad_signature,
  token_for_graph,  // not the key's, and of the form that tokens for Microsoft Graph have

  // Claims
  payload_not_object,
  exp_missing,
  bad_exp,
  expired,
  bad_nbf,
  not_yet_valid,
  bad_iat,
  iat_missing,  // where tokens may not be older than an age
  issued_in_future,
  token_too_old,
  issuer_missing,
  bad_issuer,
  issuer_unknown,
  issuer_mismatch,
  tenant_mismatch,  // `tid` is not the tenant that the issuer names
  audience_missing,
  bad_audience,
  audience_mismatch,
  claim_missing,   // none of the names of a claim that the issuer's rules require
  claim_mismatch,  // such a claim has another value, or one of another type
  token_bound,     // to a key of its holder
  bad_subject,

  // A JWK that is not usable
  bad_jwk,  // not an object, or a member is missing or of the wrong type
  kty_not_supported,
  curve_not_supported,
  key_use_not_sig,
  key_ops_without_verify,
  key_alg_not_supported,
  kid_conflict,  // two different keys of one kid that serve the same algorithm
  private_key_published,
  bad_modulus,
  modulus_too_small,
  modulus_too_large,
  weak_modulus,  // made by a generator whose keys can be factored
  bad_exponent,
  bad_point,         // a coordinate is missing, malformed or longer than the field
  key_check_failed,  // the numbers do not make a sound key
  key_not_checked,   // not looked at yet: the document's checks would have taken too long

  // A key set as a whole
  key_set_too_large,
  bad_key_set,
  too_many_keys,
  no_usable_key,
};

const boost::system::error_category& category();
core::error_code make_error_code(errc value);

// The code for logs and error_description: the enumerator's own name. Static storage.
std::string_view reason(errc value);
// The same for an error of this category; "internal_error" for every other.
std::string_view reason(const core::error_code& error);

}  // namespace latchkey::jose

template <>
struct boost::system::is_error_code_enum<latchkey::jose::errc> : std::true_type {};
