// Middleware: lets a request through if it carries one token of a trusted issuer that stands every
// check, and leaves the principal in the context. Not for scopes: that is require_scope.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/auth/trusted_issuers.hpp>
#include <latchkey/http/handler.hpp>

#include <memory>

namespace latchkey::auth {

struct authenticate {
  std::shared_ptr<const trusted_issuers> issuers;

  // Sets ctx.principal and calls `next`, or sets ctx.reason and answers as challenge() has it.
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

}  // namespace latchkey::auth
