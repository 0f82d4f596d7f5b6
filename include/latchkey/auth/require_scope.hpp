// Middleware: lets a request through if its token grants every scope the route needs. Stands after
// authenticate. Not for choosing which claim holds the scopes: that is jose/claims.
#pragma once

#include <latchkey/http/handler.hpp>

#include <string>
#include <vector>

namespace latchkey::auth {

struct require_scope {
  // Whole scopes are compared. Each is a scope-token of RFC 6749 section 3.3; configuration checks
  // that, since they are sent in the challenge.
  std::vector<std::string> scopes;
  http::status insufficient_scope_status = http::status::forbidden;

  // Without a principal the answer is that to no credentials.
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

}  // namespace latchkey::auth
