#include <latchkey/app/handlers/notes.hpp>

namespace latchkey::app {

// The four bytes spell the rocket of the article's answers in UTF-8.

async::task<http::response> read_note(http::context&) {
  co_return http::response::json(
      http::status::ok,
      "{\"success\":true,\"details\":\"\xF0\x9F\x9A\x80 You have the required scope to read a "
      "note\"}");
}

async::task<http::response> create_note(http::context&) {
  co_return http::response::json(
      http::status::ok,
      "{\"success\":true,\"details\":\"\xF0\x9F\x9A\x80 You have the required scope to create a "
      "note\"}");
}

}  // namespace latchkey::app
