// GET and POST /notes of the article: mock notes that show that a scope is needed. Behind
// require_scope; the body of a POST is not looked at.
#pragma once

#include <latchkey/http/handler.hpp>

#include <string_view>

namespace latchkey::app {

// The bodies of their answers, JSON. The four bytes spell the rocket of the article's in UTF-8.
inline constexpr std::string_view note_read =
    "{\"success\":true,\"details\":\"\xF0\x9F\x9A\x80 You have the required scope to read a "
    "note\"}";
inline constexpr std::string_view note_created =
    "{\"success\":true,\"details\":\"\xF0\x9F\x9A\x80 You have the required scope to create a "
    "note\"}";

async::task<http::response> read_note(http::context& ctx);
async::task<http::response> create_note(http::context& ctx);

}  // namespace latchkey::app
