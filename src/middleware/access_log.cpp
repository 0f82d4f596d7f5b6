#include <latchkey/middleware/access_log.hpp>

namespace latchkey::middleware {

async::task<http::response> access_log::operator()(http::context& ctx,
                                                   const http::handler& next) const {
  const auto begun = clock.steady();
  auto answer = co_await next(ctx);
  access_record record;
  record.at = clock.wall();
  record.request_id = ctx.request_id;
  record.peer = ctx.peer;
  record.method = ctx.request.method_text;
  record.path = ctx.target.path;
  record.route = ctx.route;
  record.status = static_cast<unsigned>(answer.code());
  record.reason = ctx.reason;
  record.took = std::chrono::duration_cast<std::chrono::microseconds>(clock.steady() - begun);
  write(record);
  co_return answer;
}

}  // namespace latchkey::middleware
