// By which rules a token is judged, and in words why it is refused: what the commands that verify
// tokens share. Pure. Not for the verdict, which is jose::verify's, nor for the server.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/verifier.hpp>

#include <string>
#include <string_view>

namespace latchkey::programs {

// All that a token is held to.
struct token_rules {
  jose::claim_rules claims;
  jose::header_rules header;
  jose::token_limits limits;
};
token_rules token_rules_of(const app::config& config, const app::issuer_config& issuer);

// The issuer of a configuration whose tokens this one claims to be, as the server chooses it, or
// the one that is `named`, unless that is empty; null where there is none.
const app::issuer_config* choose_issuer(const app::config& config, const std::string& named,
                                        std::string_view token_text,
                                        const jose::token_limits& limits);

struct token_refusal {
  std::string_view check;  // "form", "header", "key", "signature", "claims"
  std::string advice;
};

// Which check refuses the token, by going through them as verify does, and what can be said of it.
token_refusal explain_refusal(std::string_view text, const jose::key_set& keys,
                              const token_rules& asked, core::wall_time now);

}  // namespace latchkey::programs
