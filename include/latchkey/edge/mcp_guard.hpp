// Middleware of a route that leads to an MCP server: refuses pages that are not listed, reads the
// message, and lets on what its rules allow, with the scopes that this call needs. Runs in the
// place of require_scope, behind authenticate. Not for deciding: mcp_rules.
#pragma once

#include <latchkey/auth/require_scope.hpp>
#include <latchkey/edge/mcp_rules.hpp>
#include <latchkey/http/handler.hpp>

#include <cstddef>
#include <memory>

namespace latchkey::edge {

// Before a token is asked for: a page that may not ask is told no more.
struct mcp_origin {
  std::shared_ptr<const mcp_rules> rules;

  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

struct mcp_guard {
  std::shared_ptr<const mcp_rules> rules;
  // Of a message, which is held in memory while it is judged and sent on.
  std::size_t body_bytes = std::size_t{1024} * 1024;
  // With the route's scopes; those of the call are added. A public route asks for none of all.
  auth::require_scope scopes;
  bool is_public = false;

  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;

 private:
  async::task<http::response> judge_body(http::context& ctx, const http::handler& next,
                                         mcp_fields fields) const;
  async::task<http::response> pass(http::context& ctx, const http::handler& next,
                                   const mcp_verdict& verdict, std::string_view id) const;
  static async::task<http::response> require(http::context& ctx, const http::handler& next,
                                             auth::require_scope all);
};

}  // namespace latchkey::edge
