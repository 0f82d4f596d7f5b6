// What a client's verified certificate says of it: computed once for a connection, and shared by
// its requests. Not for the certificate itself, nor for verifying it: net/client_rules.
#pragma once

#include <latchkey/core/time.hpp>

#include <memory>
#include <string>
#include <vector>

namespace latchkey::core {

// All texts are visible ASCII and spaces.
struct client_certificate {
  std::string subject;  // RFC 4514, what is not ASCII escaped; empty where there is none
  std::string issuer;   // the same
  std::string serial;   // in hexadecimal, upper case
  std::string sha256;   // of its DER, in base64url: x5t#S256 (RFC 8705 section 3.1)
  // Of the subject's alternative names (RFC 5280 section 4.2.1.6).
  std::vector<std::string> dns;
  std::vector<std::string> uris;
  std::vector<std::string> emails;
  wall_time not_after;

  bool operator==(const client_certificate&) const = default;
};

using client_certificate_ptr = std::shared_ptr<const client_certificate>;

}  // namespace latchkey::core
