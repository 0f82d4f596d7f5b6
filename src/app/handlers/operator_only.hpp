// Who may change something through the admin listener. Not for reading from it: that is for
// everybody who reaches it.
#pragma once

#include <latchkey/http/context.hpp>
#include <latchkey/http/response.hpp>

namespace latchkey::app {

// Somebody on this machine, and no page in a browser: a page of any origin may have one send a POST
// without asking first, but then it names its Origin.
bool from_operator(const http::context& ctx);

// {"detail": ...}
http::response refuse_request(http::status code, const char* detail);

}  // namespace latchkey::app
