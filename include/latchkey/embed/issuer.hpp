// An identity provider whose tokens a program takes, in the few words that most need. Not for
// presets and proxies: those are of the server's configuration.
#pragma once

#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/verifier.hpp>

#include <filesystem>
#include <string>

namespace latchkey::embed {

struct issuer {
  // `issuer` and `audiences` are required: what `iss` must be, byte by byte, and of what `aud` must
  // name one (RFC 7519 sections 4.1.1 and 4.1.3).
  jose::claim_rules rules;
  // The algorithms, RS256 unless others are named, and the required `typ`.
  jose::header_rules header = {};
  // The URL of its key set (RFC 7517 section 5): https, or http to this machine. Empty: found by
  // discovery (OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3).
  std::string jwks_uri = {};
  // A file with its key set, read again when it changes; in the place of a URL.
  std::filesystem::path jwks_file = {};
  // PEM of the authorities that its certificate may be of; empty: those of the system.
  std::filesystem::path ca_file = {};
};

}  // namespace latchkey::embed
