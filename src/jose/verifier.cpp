#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/issuer_template.hpp>
#include <latchkey/jose/signature.hpp>
#include <latchkey/jose/verifier.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace latchkey::jose {
namespace {

bool is_required(required_type wanted, token_type stated) {
  switch (wanted) {
    case required_type::none:
      return true;
    case required_type::jwt:
      return stated == token_type::jwt;
    case required_type::at_jwt:
      return stated == token_type::at_jwt;
  }
  return false;
}

}  // namespace

core::result<algorithm> check_header(const token& checked, const header_rules& rules) {
  const auto stated = algorithm_named(checked.algorithm());
  if (!stated || !rules.algorithms.contains(*stated)) return errc::alg_not_allowed;
  if (!is_required(rules.require_typ, checked.type())) return errc::typ_not_accepted;
  return *stated;
}

core::error_code check_signature(const token& checked, algorithm stated, const key& by) {
  if (!by.serves(stated)) return errc::key_alg_mismatch;
  return verify_signature(stated, by, checked.signing_input(), checked.signature());
}

core::error_code check_signature(const token& checked, const key& by) {
  const auto stated = algorithm_named(checked.algorithm());
  // Cannot be after check_header; it stands so that this function is right alone.
  if (!stated) return errc::alg_not_allowed;
  return check_signature(checked, *stated, by);
}

core::error_code check_key_issuer(const token& checked, const key& by, const claim_rules& rules) {
  const auto& stated = by.content().issuers;
  if (rules.tenants.empty() || stated.empty()) return {};
  const auto name = checked.issuer();
  const auto tenant = name ? tenant_of(rules.issuer, *name) : std::nullopt;
  const auto names_it = [&](const std::string& one) {
    return is_issuer_template(one) ? issuer_of(one, *tenant) == *name : one == *name;
  };
  const bool named = tenant && std::any_of(stated.begin(), stated.end(), names_it);
  return named ? core::error_code{} : errc::key_of_another_issuer;
}

core::error_code why_forged(const core::error_code& error, const token& checked,
                            const header_rules& rules) {
  const bool for_graph = rules.graph_nonce && checked.has_nonce();
  return error == errc::bad_signature && for_graph ? errc::token_for_graph : error;
}

core::result<core::principal> verify(std::string_view token_text, const key_set& keys,
                                     const claim_rules& rules, const header_rules& header,
                                     core::wall_time now, const token_limits& limits) {
  const auto parsed = parse_token(token_text, limits);
  if (!parsed) return parsed.error();
  const auto stated = check_header(*parsed, header);
  if (!stated) return stated.error();
  const auto by = keys.choose(parsed->kid().value_or(""), *stated);
  if (!by) return by.error();
  if (const auto error = check_signature(*parsed, *stated, **by)) {
    return why_forged(error, *parsed, header);
  }
  if (const auto error = check_key_issuer(*parsed, **by, rules)) return error;
  return check_claims(*parsed, rules, now);
}

}  // namespace latchkey::jose
