#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/issuer_template.hpp>
#include <latchkey/jose/signature.hpp>
#include <latchkey/jose/verifier.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace latchkey::jose {
namespace {

bool is_required(required_type wanted, token_type type) {
  switch (wanted) {
    case required_type::none:
      return true;
    case required_type::jwt:
      return type == token_type::jwt;
    case required_type::at_jwt:
      return type == token_type::at_jwt;
  }
  return false;
}

}  // namespace

core::result<algorithm> check_header(const token& token, const header_rules& rules) {
  const auto alg = algorithm_named(token.algorithm());
  if (!alg || !rules.algorithms.contains(*alg)) return errc::alg_not_allowed;
  if (!is_required(rules.require_typ, token.type())) return errc::typ_not_accepted;
  return *alg;
}

core::error_code check_signature(const token& token, algorithm alg, const key& key,
                                 const rsa_single_kernel* single) {
  if (!key.serves(alg)) return errc::key_alg_mismatch;
  return verify_signature(alg, key, token.signing_input(), token.signature(), single);
}

core::error_code check_signature(const token& token, const key& key) {
  const auto alg = algorithm_named(token.algorithm());
  // Cannot happen after check_header; it makes this function correct by itself.
  if (!alg) return errc::alg_not_allowed;
  return check_signature(token, *alg, key);
}

core::error_code check_key_issuer(const token& token, const key& key, const claim_rules& rules) {
  const auto& issuers = key.content().issuers;
  if (rules.tenants.empty() || issuers.empty()) return {};
  const auto name = token.issuer();
  const auto tenant = name ? tenant_of(rules.issuer, *name) : std::nullopt;
  const auto names_it = [&](const std::string& one) {
    return is_issuer_template(one) ? issuer_of(one, *tenant) == *name : one == *name;
  };
  const bool named = tenant && std::any_of(issuers.begin(), issuers.end(), names_it);
  return named ? core::error_code{} : errc::key_of_another_issuer;
}

core::error_code explain_signature_error(const core::error_code& error, const token& token,
                                         const header_rules& rules) {
  const bool for_graph = rules.graph_nonce && token.has_nonce();
  return error == errc::bad_signature && for_graph ? errc::token_for_graph : error;
}

core::result<core::principal> verify(std::string_view token_text, const key_set& keys,
                                     const claim_rules& rules, const header_rules& header,
                                     core::wall_time now, const token_limits& limits,
                                     const rsa_single_kernel* single) {
  const auto parsed = parse_token(token_text, limits);
  if (!parsed) return parsed.error();
  const auto alg = check_header(*parsed, header);
  if (!alg) return alg.error();
  const auto key = keys.choose(parsed->kid().value_or(""), *alg);
  if (!key) return key.error();
  if (const auto error = check_signature(*parsed, *alg, **key, single)) {
    return explain_signature_error(error, *parsed, header);
  }
  if (const auto error = check_key_issuer(*parsed, **key, rules)) return error;
  return check_claims(*parsed, rules, now);
}

}  // namespace latchkey::jose
