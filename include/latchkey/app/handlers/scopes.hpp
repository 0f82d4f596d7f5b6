// GET /my-scopes of the article: the scopes the caller's token grants. Behind authenticate.
#pragma once

#include <latchkey/http/handler.hpp>

namespace latchkey::app {

// Answers a JSON array of strings, in the token's order; empty where the token grants none.
async::task<http::response> show_scopes(http::context& ctx);

}  // namespace latchkey::app
