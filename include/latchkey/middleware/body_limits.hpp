// Middleware: how large the request's body may be, and how slowly it may come, in the place of what
// the server says for all. Nothing is read before somebody asks for it.
#pragma once

#include <latchkey/http/handler.hpp>

namespace latchkey::middleware {

struct body_limits {
  http::body_limits limits;

  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

}  // namespace latchkey::middleware
