// Middleware: lets pages of other origins read the answers of a route, refusals among them. It
// stands around all that answers for the route. Not for preflights, which the router leads to
// `preflight`, and not for the decision: cors_policy.
#pragma once

#include <latchkey/http/handler.hpp>
#include <latchkey/middleware/cors_policy.hpp>

#include <memory>

namespace latchkey::middleware {

struct cors {
  std::shared_ptr<const cors_policy> policy;

  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

// The handler of the route's preflights.
http::handler preflight(std::shared_ptr<const cors_policy> policy);

}  // namespace latchkey::middleware
