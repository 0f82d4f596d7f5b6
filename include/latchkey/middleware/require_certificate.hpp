// Middleware that requires a client's certificate of the connection, where a listener takes clients
// without one, too. Not for verifying it: net/client_rules did, in the handshake.
#pragma once

#include <latchkey/http/handler.hpp>

namespace latchkey::middleware {

// The answer to a request without one: 403.
http::response certificate_required();

struct require_certificate {
  // Without one the answer is 403, and the reason client_certificate_required.
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

}  // namespace latchkey::middleware
