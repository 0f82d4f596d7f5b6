// Client authentication at the token endpoint (RFC 6749 section 2.3): reads the credentials. Not
// for deciding which clients exist.
#pragma once

#include "issuer/form.hpp"

#include <latchkey/http/request.hpp>

#include <optional>
#include <string>

namespace latchkey::issuer {

struct client_proof {
  std::string id;
  std::string secret;  // empty where none was given
};

// From the Authorization field (Basic) or from the body; nothing where both or neither name a
// client, or where the field cannot be read.
std::optional<client_proof> client_of(const http::request_head& head, const form& request);

// In time that depends on the lengths alone.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace latchkey::issuer
