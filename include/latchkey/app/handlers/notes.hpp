// GET and POST /notes of the article: mock notes that show that a scope is needed. Behind
// require_scope; the body of a POST is not looked at.
#pragma once

#include <latchkey/http/handler.hpp>

namespace latchkey::app {

async::task<http::response> read_note(http::context& ctx);
async::task<http::response> create_note(http::context& ctx);

}  // namespace latchkey::app
