#include <latchkey/app/handlers/token.hpp>

namespace latchkey::app {

async::task<http::response> show_token(http::context& ctx) {
  http::response answer{http::status::ok};
  answer.set("content-type", "application/json");
  // Not copied: the context has them until the answer is out.
  answer.body = http::asset{ctx.principal->claims};
  co_return answer;
}

}  // namespace latchkey::app
