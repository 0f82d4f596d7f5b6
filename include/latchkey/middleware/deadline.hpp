// Middleware: gives the request a moment by which its answer must be under way. Whoever waits on
// its behalf waits until ctx.deadline; nothing is interrupted from outside.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>

namespace latchkey::middleware {

struct deadline {
  core::clock clock;
  core::steady_duration limit;

  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

}  // namespace latchkey::middleware
