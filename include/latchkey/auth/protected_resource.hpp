// The protected resource that a route belongs to: what its tokens are for (RFC 8707), and what its
// challenges say of it (RFC 9728). Not for the metadata itself: that is app/resources.
#pragma once

#include <latchkey/core/principal.hpp>
#include <latchkey/jose/claims.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::auth {

struct protected_resource {
  std::size_t index = 0;                 // in the `resources` of all issuers' claim_rules
  std::string metadata = {};             // the URL
  std::vector<std::string> scopes = {};  // all that the route needs

  bool is_meant_by(const core::principal& who) const {
    return index < jose::max_resources && ((who.resources >> index) & 1U) != 0;
  }
};

// Shared by the guards of one route; null for a route of no resource.
using protected_resource_ptr = std::shared_ptr<const protected_resource>;

}  // namespace latchkey::auth
