// Who asks, as fields of the answer to another proxy's check. All that any route can set are in
// every such answer, empty where there is nothing to say: a proxy that copies them leaves none of
// the client's own. Not for fields that go to upstreams: header_rules.
#pragma once

#include <latchkey/core/principal.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/edge/header_rules.hpp>
#include <latchkey/http/response.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {

// The names that these settings of routes set, in lower case, each once and sorted.
std::vector<std::string> identity_names(std::span<const header_settings> routes);

class identity_fields {
 public:
  // `says`: what the route sets of the claims; what it sets of a client's certificate stays empty,
  // since the certificate of the connection is the proxy's. `all`: as identity_names.
  identity_fields(const header_settings& says, std::vector<std::string> all);

  // Adds them. `who` is null where no token was asked for. Errors: claim_not_sendable,
  // claims_too_large; `to` is then of no use.
  core::error_code add(const core::principal* who, http::response& to) const;

 private:
  std::vector<claim_header> claims_;
  std::string claims_field_;          // empty: not set
  std::vector<std::string> further_;  // those that this route does not set
  claim_limits limits_;
};

// Whether the name is another spelling of one of `identities` (as identity_names) to a server that
// folds names, which a proxy that drops or overwrites the field by its name lets pass.
bool is_other_spelling(std::string_view name, std::span<const std::string> identities);

}  // namespace latchkey::edge
