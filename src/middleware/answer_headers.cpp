#include <latchkey/middleware/answer_headers.hpp>

namespace latchkey::middleware {

async::task<http::response> answer_headers::operator()(http::context& ctx,
                                                       const http::handler& next) const {
  auto answer = co_await next(ctx);
  for (const auto& one : *all) {
    if (one.https_only && !ctx.secure) continue;
    if (!answer.find(one.name)) answer.add(one.name, one.value);
  }
  co_return answer;
}

}  // namespace latchkey::middleware
