// Conditional requests for a document (RFC 9110 section 13.1.2): adds a strong entity tag of the
// content, and answers 304 if If-None-Match names it. Not for other conditions.
#pragma once

#include <latchkey/http/handler.hpp>

#include <string>
#include <string_view>

namespace latchkey::issuer {

// In its quotes.
std::string entity_tag(std::string_view content);

// The middleware: tags a 200 whose body is a text, or gives 304 in its place.
async::task<http::response> conditional(http::context& ctx, const http::handler& next);

}  // namespace latchkey::issuer
