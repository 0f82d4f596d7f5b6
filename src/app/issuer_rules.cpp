#include <latchkey/app/issuer_rules.hpp>
#include <latchkey/jose/algorithm.hpp>

namespace latchkey::app {

issuer_rules rules_of(const issuer_config& issuer) {
  issuer_rules made;
  made.claims.issuer = issuer.issuer;
  made.claims.audiences = issuer.audiences;
  made.claims.audience_claim = issuer.audience_claim;
  made.claims.clock_skew = std::chrono::duration_cast<std::chrono::seconds>(issuer.clock_skew);
  made.claims.max_token_age =
      std::chrono::duration_cast<std::chrono::seconds>(issuer.max_token_age);
  made.claims.bound = issuer.bound_tokens;
  made.claims.tenants = issuer.tenants;
  made.claims.scope_claims = issuer.scope_claims;
  made.claims.required_claims = issuer.required_claims;
  made.header.algorithms = jose::algorithm_set::named(issuer.algorithms);
  made.header.require_typ = issuer.require_typ;
  made.header.graph_nonce = issuer.preset == provider::entra;
  return made;
}

}  // namespace latchkey::app
