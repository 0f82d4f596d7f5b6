// What an upstream is told of the client before a request. Private to edge. Not for the header
// itself: net/proxy_header.
#pragma once

#include <latchkey/http/context.hpp>
#include <latchkey/net/proxy_header.hpp>

#include <string>

namespace latchkey::edge {

// Of the client of the request (http::context::client), which a proxy may have told: then its port
// is not known, and 0. Empty where the version is none.
std::string proxy_header_of(net::proxy_version version, const http::context& ctx);

}  // namespace latchkey::edge
