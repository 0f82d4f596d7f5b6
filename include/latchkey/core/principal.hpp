// Who a verified token speaks for: what the rest of the server may know of a token. Not for the
// token itself, which goes no further than the verifier.
#pragma once

#include <latchkey/core/scope_set.hpp>
#include <latchkey/core/time.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace latchkey::core {

struct principal {
  std::string issuer;
  std::string subject;  // empty where the token names none
  scope_set scopes;
  wall_time expiry;
  // The claims object as JSON text, as the issuer wrote it. It has passed the strict parser.
  std::string claims;
  // The OAuth 2.0 client that the token was made for: `client_id`, else `azp`, else `cid`; empty where it names
  // none.
  std::string client = {};
  // Which of the resources that the verifier was told of the token is for, a bit each.
  std::uint64_t resources = 0;
};

using principal_ptr = std::shared_ptr<const principal>;

}  // namespace latchkey::core
