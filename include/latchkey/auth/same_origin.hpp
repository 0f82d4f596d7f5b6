// Protection against cross-site request forgery for tokens in cookies, which browsers attach to
// requests that other sites cause. Not for CORS, which only decides who may read a response.
#pragma once

#include <latchkey/http/request.hpp>

namespace latchkey::auth {

// Whether the cookie of a request may authenticate it: with GET, HEAD and OPTIONS always; with any
// other method, and for an upgrade (a WebSocket is opened by GET, and no other rule keeps pages of
// other sites from it), if there is one `Origin` (RFC 6454 section 7) that is https and the very
// host and port of the one `Host`.
bool may_use_cookie(const http::request_head& head);

}  // namespace latchkey::auth
