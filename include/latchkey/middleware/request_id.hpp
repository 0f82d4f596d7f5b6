// Middleware: names each request, in the context and in the answer. Outermost, so that every line
// of the log can carry the name.
#pragma once

#include <latchkey/core/block_cache.hpp>
#include <latchkey/http/handler.hpp>

#include <functional>

namespace latchkey::middleware {

struct request_id {
  // Makes a new name; called on any thread.
  std::function<core::block_string()> make;

  // Takes over an X-Request-Id of 1 to 64 letters, digits, '.', '_' and '-' that a trusted proxy
  // sends; any other is replaced, or a client could have its requests pass for others in the log.
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

// 32 hexadecimal digits, seeded by the system once a thread. Unique enough to find a request by;
// not a secret.
core::block_string random_request_id();

}  // namespace latchkey::middleware
