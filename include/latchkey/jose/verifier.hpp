// The whole check of a token against keys that are at hand, and the parts of it that a server,
// which may have to wait for the keys, puts together itself. Not for waiting.
#pragma once

#include <latchkey/core/principal.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/token.hpp>

#include <span>
#include <string>
#include <string_view>

namespace latchkey::jose {

// The algorithm is one of `algorithms`, compared byte by byte, and one that is implemented (RS256),
// and the header names a key. What needs no key is checked before one is looked for.
core::error_code check_header(const token& checked, std::span<const std::string> algorithms);

// The key may be used with the token's algorithm, and the signature is the key's.
core::error_code check_signature(const token& checked, const key& by);

// parse_token, check_header, the key by kid, check_signature, check_claims; the first error ends
// it.
core::result<core::principal> verify(std::string_view token_text, const key_set& keys,
                                     const claim_rules& rules,
                                     std::span<const std::string> algorithms, core::wall_time now,
                                     const token_limits& limits = {});

}  // namespace latchkey::jose
