// The rule that goes with tokens in cookies, which browsers send along with whatever a page of
// another site has them ask for. Not for CORS, which only decides who may read an answer.
#pragma once

#include <latchkey/http/request.hpp>

namespace latchkey::auth {

// Whether a request may be acted on in the name of whoever its cookie speaks for: with GET, HEAD
// and OPTIONS always; with any other method, and where the connection is to become another (a
// WebSocket is opened by GET, and no other rule keeps foreign pages from it), if there is one
// `Origin` (RFC 6454 section 7) that is https and the very host and port of the one `Host`.
bool may_use_cookie(const http::request_head& head);

}  // namespace latchkey::auth
