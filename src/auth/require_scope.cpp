#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/require_scope.hpp>

namespace latchkey::auth {

// Not a coroutine: there is nothing to do once the answer is there.
async::task<http::response> require_scope::operator()(http::context& ctx,
                                                      const http::handler& next) const {
  if (ctx.principal && ctx.principal->scopes.contains_all(scopes)) return next(ctx);
  return refuse(ctx);
}

async::task<http::response> require_scope::refuse(http::context& ctx) const {
  const auto why = ctx.principal ? errc::insufficient_scope : errc::no_credentials;
  ctx.reason = reason(why);
  challenge_details details{.insufficient_scope_status = insufficient_scope_status};
  if (why == errc::insufficient_scope || resource) details.scopes = scopes;
  if (resource) details.resource_metadata = resource->metadata;
  co_return challenge(why, details);
}

}  // namespace latchkey::auth
