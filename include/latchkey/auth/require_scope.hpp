// Middleware that requires scopes: the token must grant every scope of the route. Runs after
// authenticate. Not for choosing the claim that holds the scopes: that is jose/claims.
#pragma once

#include <latchkey/auth/protected_resource.hpp>
#include <latchkey/http/handler.hpp>

#include <string>
#include <vector>

namespace latchkey::auth {

struct require_scope {
  // Whole scopes are compared. Each is a scope-token of RFC 6749 section 3.3; configuration checks
  // that, since they are sent in the challenge.
  std::vector<std::string> scopes;
  http::status insufficient_scope_status = http::status::forbidden;
  protected_resource_ptr resource = nullptr;

  // Without a principal the response is the one for missing credentials.
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;

 private:
  async::task<http::response> refuse(http::context& ctx) const;
};

}  // namespace latchkey::auth
