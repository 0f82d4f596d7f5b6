// GET /my-token of the article: the claims of the caller's token. Behind authenticate.
#pragma once

#include <latchkey/http/handler.hpp>

namespace latchkey::app {

// Answers the claims object as its issuer wrote it.
async::task<http::response> show_token(http::context& ctx);

}  // namespace latchkey::app
