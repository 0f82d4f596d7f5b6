// Makes tokens from options, for the token endpoint, the control endpoint and the command line. On
// purpose it can make tokens that every server must refuse.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/jose/signing_key.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::issuer {

struct mint_options {
  std::string issuer;
  std::string subject = "user1";
  std::string audience = "account";
  std::string scope;
  std::string client_id = "example-api";
  std::chrono::seconds expires_in = std::chrono::hours{1};  // may be negative
  std::optional<std::chrono::seconds> not_before;           // from now on; may be negative
  boost::json::object claims;        // added, or put in the place of the claim of that name
  std::vector<std::string> without;  // claims left out
  boost::json::object header;        // the same for the header

  std::size_t count = 0;  // so many tokens, unlike one another; 0: one, as it stands
  bool own_kids = false;  // each with a kid of its own that no key has
};

// The claims as JSON text: iss, sub, aud, iat, exp, scope, client_id, then the others.
std::string claims_of(const mint_options& options, core::wall_time now);

// The token, signed with that key whatever the header of the options says.
std::string mint(const mint_options& options, const jose::signing_key& key, core::wall_time now);

// The token of that number among those of options with a count: it has a jti of its own, and a kid
// of its own where it is to. `mark` makes both unlike those of others.
std::string mint_numbered(const mint_options& options, std::size_t number, std::string_view mark,
                          const jose::signing_key& key, core::wall_time now);

// Reads them as JSON: an object with issuer, subject, audience, scope, client_id, expires_in
// and not_before (seconds), claims, without, header, count (1 to 10000) and kids (true or false),
// each of them optional; `defaults` gives what is left out. Nothing for any other text, with the
// reason in `why`.
std::optional<mint_options> parse_mint_options(std::string_view text, mint_options defaults,
                                               std::string& why);

}  // namespace latchkey::issuer
