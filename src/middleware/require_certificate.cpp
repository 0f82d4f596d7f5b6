#include <latchkey/http/problem.hpp>
#include <latchkey/middleware/require_certificate.hpp>

namespace latchkey::middleware {

http::response certificate_required() {
  return http::problem(http::status::forbidden, "A client certificate is required");
}

async::task<http::response> require_certificate::operator()(http::context& ctx,
                                                            const http::handler& next) const {
  if (ctx.certificate) co_return co_await next(ctx);
  ctx.reason = "client_certificate_required";
  co_return certificate_required();
}

}  // namespace latchkey::middleware
