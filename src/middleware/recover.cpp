#include <latchkey/http/problem.hpp>
#include <latchkey/middleware/recover.hpp>

#include <exception>

namespace latchkey::middleware {

async::task<http::response> recover::operator()(http::context& ctx,
                                                const http::handler& next) const {
  try {
    co_return co_await next(ctx);
  } catch (const std::exception& thrown) {
    if (report) report(ctx, thrown.what());
  } catch (...) {
    if (report) report(ctx, "an exception of unknown type");
  }
  ctx.reason = "internal_error";
  co_return http::problem(http::status::internal_server_error, "Internal Server Error");
}

}  // namespace latchkey::middleware
