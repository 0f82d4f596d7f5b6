// Judges an authorization request (RFC 6749 section 4.1.1, RFC 7636 section 4.3), without I/O and
// without a user: valid, an error page, or an error for the client. Not for issuing codes.
#pragma once

#include "issuer/form.hpp"
#include "issuer/settings.hpp"

#include <latchkey/core/scope_set.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace latchkey::issuer {

struct authorization {
  std::string client_id;
  std::string redirect_uri;
  std::string state;
  std::string challenge;  // S256
  core::scope_set scopes;
};

// Must be shown to the user and never redirected: nobody vouches for where it would go.
struct shown_fault {
  std::string description;
};

// Goes back to the client (RFC 6749 section 4.1.2.1).
struct returned_fault {
  std::string redirect_uri;
  std::string state;
  std::string error;
  std::string description;
};

using authorization_result = std::variant<authorization, shown_fault, returned_fault>;

// `request` is the query of GET or the body of POST.
authorization_result judge(const form& request, const settings& known);

// One scope by the grammar of RFC 6749 section 3.3, of at most 128 characters.
bool is_scope(std::string_view text);

// Scheme, host and port of an http or https URI.
std::string_view origin_of(std::string_view uri);

// The redirect URI with its answer in the query, `state` left out where it is empty.
std::string with_code(const authorization& granted, std::string_view code);
std::string with_error(const returned_fault& fault);

// Whether the verifier is the one the challenge was made of (RFC 7636 section 4.6). False as well
// for a verifier outside the grammar of section 4.1.
bool proves(std::string_view verifier, std::string_view challenge);

}  // namespace latchkey::issuer
