// Middleware: turns an exception from within into a bare 500, so that a bug costs one answer and
// tells the client nothing. Not for errors that input can cause: those are results.
#pragma once

#include <latchkey/http/handler.hpp>

#include <functional>
#include <string_view>

namespace latchkey::middleware {

struct recover {
  // Told of each one; called on any thread.
  std::function<void(const http::context&, std::string_view what)> report;

  // Sets ctx.reason to "internal_error".
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

}  // namespace latchkey::middleware
