#include <latchkey/app/handlers/token.hpp>

namespace latchkey::app {

async::task<http::response> show_token(http::context& ctx) {
  co_return http::response::json(http::status::ok, ctx.principal->claims);
}

}  // namespace latchkey::app
