#include <latchkey/middleware/deadline.hpp>

namespace latchkey::middleware {

// Not a coroutine: there is nothing to do once the answer is there.
async::task<http::response> deadline::operator()(http::context& ctx,
                                                 const http::handler& next) const {
  ctx.deadline = ctx.deadline.sooner(core::deadline{clock.steady() + limit});
  return next(ctx);
}

}  // namespace latchkey::middleware
