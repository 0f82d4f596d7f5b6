// Middleware that authenticates a request: it verifies the bearer token against the trusted issuers
// and sets the principal in the context. Not for scopes: that is require_scope.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/auth/protected_resource.hpp>
#include <latchkey/auth/trusted_issuers.hpp>
#include <latchkey/http/handler.hpp>

#include <memory>

namespace latchkey::auth {

struct authenticate {
  std::shared_ptr<const trusted_issuers> issuers;
  // What a token has to be for beside what its issuer's rules say.
  protected_resource_ptr resource = nullptr;

  // Sets ctx.principal and calls `next`; otherwise sets ctx.reason and returns the response of
  // challenge().
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

}  // namespace latchkey::auth
