#include <latchkey/middleware/body_limits.hpp>

namespace latchkey::middleware {

// Not a coroutine: there is nothing to do once the answer is there.
async::task<http::response> body_limits::operator()(http::context& ctx,
                                                    const http::handler& next) const {
  ctx.body.allow(limits);
  return next(ctx);
}

}  // namespace latchkey::middleware
