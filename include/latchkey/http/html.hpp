// Text into HTML. Not a template engine.
#pragma once

#include <string>
#include <string_view>

namespace latchkey::http {

// `text` for element content and for attribute values in double quotes.
std::string escape_html(std::string_view text);

}  // namespace latchkey::http
