#include <latchkey/core/category.hpp>
#include <latchkey/jose/errc.hpp>

#include <array>
#include <cstddef>
#include <string>

namespace latchkey::jose {
namespace {

struct entry {
  errc value;
  const char* code;
  const char* message;
};

// In the order of the enumerators, so that each stands at its own number less one.
constexpr std::array entries{
    entry{errc::token_too_large, "token_too_large", "the token is larger than allowed"},
    entry{errc::not_three_parts, "not_three_parts", "the token does not have three parts"},
    entry{errc::empty_part, "empty_part", "a part of the token is empty"},
    entry{errc::bad_base64url, "bad_base64url", "a part of the token is not strict base64url"},
    entry{errc::bad_json, "bad_json", "not strict JSON"},
    entry{errc::json_too_large, "json_too_large", "the JSON is larger or deeper than allowed"},
    entry{errc::duplicate_name, "duplicate_name", "a JSON object has a name twice"},
    entry{errc::header_not_object, "header_not_object", "the header is not a JSON object"},
    entry{errc::alg_missing, "alg_missing", "the header has no string `alg`"},
    entry{errc::alg_not_allowed, "alg_not_allowed", "the algorithm is not allowed"},
    entry{errc::kid_missing, "kid_missing", "the header names no key, and several could be meant"},
    entry{errc::bad_kid, "bad_kid", "`kid` is not a string of acceptable length"},
    entry{errc::typ_not_accepted, "typ_not_accepted", "`typ` is not that of an access token"},
    entry{errc::cty_not_accepted, "cty_not_accepted", "a token within a token is not accepted"},
    entry{errc::crit_not_supported, "crit_not_supported", "no critical extension is supported"},
    entry{errc::b64_not_supported, "b64_not_supported", "`b64` is not supported"},
    entry{errc::unknown_key, "unknown_key", "the issuer has no such key"},
    entry{errc::key_of_another_issuer, "key_of_another_issuer", "the key signs for another issuer"},
    entry{errc::key_alg_mismatch, "key_alg_mismatch", "the key does not serve the algorithm"},
    entry{errc::bad_signature, "bad_signature", "the signature is not the key's"},
    entry{errc::token_for_graph, "token_for_graph",
          "the token is for Microsoft Graph, which alone can check its signature"},
    entry{errc::payload_not_object, "payload_not_object", "the payload is not a JSON object"},
    entry{errc::exp_missing, "exp_missing", "the token has no expiry"},
    entry{errc::bad_exp, "bad_exp", "`exp` is not an acceptable time"},
    entry{errc::expired, "expired", "the token has expired"},
    entry{errc::bad_nbf, "bad_nbf", "`nbf` is not an acceptable time"},
    entry{errc::not_yet_valid, "not_yet_valid", "the token is not valid yet"},
    entry{errc::bad_iat, "bad_iat", "`iat` is not an acceptable time"},
    entry{errc::iat_missing, "iat_missing", "the token does not say when it was issued"},
    entry{errc::issued_in_future, "issued_in_future", "the token was issued in the future"},
    entry{errc::token_too_old, "token_too_old", "the token was issued too long ago"},
    entry{errc::issuer_missing, "issuer_missing", "the token names no issuer"},
    entry{errc::bad_issuer, "bad_issuer", "`iss` is not a string"},
    entry{errc::issuer_unknown, "issuer_unknown", "the issuer is not one of ours"},
    entry{errc::issuer_mismatch, "issuer_mismatch", "the issuer is not the expected one"},
    entry{errc::tenant_mismatch, "tenant_mismatch", "`tid` is not the tenant that `iss` names"},
    entry{errc::audience_missing, "audience_missing", "the token names no audience"},
    entry{errc::bad_audience, "bad_audience", "the audience is not a string or array of strings"},
    entry{errc::audience_mismatch, "audience_mismatch", "the token is for another audience"},
    entry{errc::claim_missing, "claim_missing", "a claim that is required is missing"},
    entry{errc::claim_mismatch, "claim_mismatch", "a required claim has another value"},
    entry{errc::token_bound, "token_bound", "the token is bound to a key (`cnf`)"},
    entry{errc::bad_subject, "bad_subject", "`sub` is not a string"},
    entry{errc::bad_jwk, "bad_jwk", "not an object, or a member is missing or of another type"},
    entry{errc::kty_not_supported, "kty_not_supported", "the key type is not supported"},
    entry{errc::curve_not_supported, "curve_not_supported", "the curve is not supported"},
    entry{errc::key_use_not_sig, "key_use_not_sig",
          "by its `use` the key is not for signatures of tokens"},
    entry{errc::key_ops_without_verify, "key_ops_without_verify", "the key is not for verifying"},
    entry{errc::key_alg_not_supported, "key_alg_not_supported",
          "the key is for an algorithm that is not supported"},
    entry{errc::kid_conflict, "kid_conflict", "two different keys for one algorithm have that kid"},
    entry{errc::private_key_published, "private_key_published",
          "the private half of the key has been published"},
    entry{errc::bad_modulus, "bad_modulus", "the modulus is missing, malformed or even"},
    entry{errc::modulus_too_small, "modulus_too_small", "the modulus is shorter than 2048 bits"},
    entry{errc::modulus_too_large, "modulus_too_large", "the modulus is longer than 8192 bits"},
    entry{errc::weak_modulus, "weak_modulus", "the modulus is of a form that can be factored"},
    entry{errc::bad_exponent, "bad_exponent",
          "the exponent is missing, malformed, even or not from 3 to 2^32"},
    entry{errc::bad_point, "bad_point",
          "a coordinate is missing, malformed or longer than the field"},
    entry{errc::key_check_failed, "key_check_failed", "the numbers do not make a sound key"},
    entry{errc::key_not_checked, "key_not_checked",
          "checking the keys of the document takes too long; this one comes next time"},
    entry{errc::key_set_too_large, "key_set_too_large", "the key set is larger than allowed"},
    entry{errc::bad_key_set, "bad_key_set", "the key set is not an object with an array of keys"},
    entry{errc::too_many_keys, "too_many_keys", "the key set has more keys than allowed"},
    entry{errc::no_usable_key, "no_usable_key", "the key set has no usable key"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (static_cast<std::size_t>(entries[i].value) != i + 1) return false;
  }
  return entries.back().value == errc::no_usable_key;
}
static_assert(in_order());

const entry* find(int value) {
  const auto index = static_cast<std::size_t>(value) - 1;
  return index < entries.size() ? &entries[index] : nullptr;
}

std::string_view sentence(errc value) {
  const auto* found = find(static_cast<int>(value));
  return found != nullptr ? found->message : "unknown";
}

}  // namespace

const boost::system::error_category& category() {
  static const core::category<errc, sentence> instance{"latchkey.jose"};
  return instance;
}

core::error_code make_error_code(errc value) {
  return {static_cast<int>(value), category()};
}

std::string_view reason(errc value) {
  const auto* found = find(static_cast<int>(value));
  return found != nullptr ? found->code : "internal_error";
}

std::string_view reason(const core::error_code& error) {
  return error.category() == category() ? reason(static_cast<errc>(error.value()))
                                        : "internal_error";
}

}  // namespace latchkey::jose
