// What a refused request is answered with, in words of HTTP that every server has. Not for
// deciding: the error is that of a token_verifier, or of a scope that is missing.
#pragma once

#include <latchkey/core/result.hpp>

#include <span>
#include <string>
#include <string_view>

namespace latchkey::embed {

struct refusal {
  int status = 401;                   // 400, 401 or 403; 503 where keys cannot be had; 500
  std::string www_authenticate = {};  // the field's value (RFC 6750 section 3); empty: none
  unsigned retry_after = 0;           // seconds, the field's value; 0: none
  std::string_view reason;            // the stable code for a log; static storage
};

// What the server of latchkey would say. Its text comes from fixed codes, never from the request.
refusal refusal_of(const core::error_code& error);

// The one for a token that is valid and lacks a scope: 403 with the scopes that are needed.
refusal insufficient_scope(std::span<const std::string> needed);

}  // namespace latchkey::embed
