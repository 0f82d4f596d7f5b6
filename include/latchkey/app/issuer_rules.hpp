// From the configuration of an issuer to the rules its tokens are held to: the one way there, for
// the server and for `token verify` alike. Not for its keys.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/verifier.hpp>

namespace latchkey::app {

struct issuer_rules {
  jose::claim_rules claims;
  jose::header_rules header;
};

// `issuer` as it was loaded, its preset applied.
issuer_rules rules_of(const issuer_config& issuer);

}  // namespace latchkey::app
