#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/require_scope.hpp>

namespace latchkey::auth {

async::task<http::response> require_scope::operator()(http::context& ctx,
                                                      const http::handler& next) const {
  if (ctx.principal && ctx.principal->scopes.contains_all(scopes)) co_return co_await next(ctx);
  const auto why = ctx.principal ? errc::insufficient_scope : errc::no_credentials;
  ctx.reason = reason(why);
  co_return challenge(why,
                      {.scopes = scopes, .insufficient_scope_status = insufficient_scope_status});
}

}  // namespace latchkey::auth
