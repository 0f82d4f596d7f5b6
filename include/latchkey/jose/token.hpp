// A parsed JSON Web Token (RFC 7519): a jws whose payload is a claims object. Untrusted until its
// signature and its claims have been checked. Not for those checks.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/json_view.hpp>
#include <latchkey/jose/jws.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace latchkey::jose {

// Views are valid as for jws: of the token's own memory, except signing_input, which is a view of
// the text the token was parsed from.
class token {
 public:
  std::string_view algorithm() const { return signed_.algorithm(); }
  std::optional<std::string_view> kid() const { return signed_.kid(); }
  token_type type() const { return signed_.type(); }
  bool has_nonce() const { return signed_.has_nonce(); }
  std::string_view signing_input() const { return signed_.signing_input(); }
  std::span<const unsigned char> signature() const { return signed_.signature(); }
  // The claims as JSON text, exactly as decoded.
  std::string_view payload() const { return signed_.payload(); }
  // An object, of the token's own memory too.
  json_view claims() const { return claims_; }

  // The `iss` claim if it is a string; untrusted, used to choose the key set.
  std::optional<std::string_view> issuer() const;

 private:
  friend core::result<token> parse_token(std::string_view text, const token_limits& limits);
  token(jws parsed, json_view claims);

  jws signed_;
  json_view claims_;  // in the memory of signed_
};

// All that parse_jws checks, and a payload that is not empty and is a strict JSON object.
core::result<token> parse_token(std::string_view text, const token_limits& limits = {});

}  // namespace latchkey::jose
