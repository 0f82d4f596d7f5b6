// What a configuration means to the connections of a server: pipeline, limits, certificates.
// Immutable; it can be replaced while the server runs, and a request keeps the one it began with.
// Not for what only a start can set: server_settings.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/net/network.hpp>
#include <latchkey/net/tls.hpp>
#include <latchkey/server/listener_terms.hpp>
#include <latchkey/server/session_settings.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace latchkey::server {

struct site {
  std::uint64_t generation = 0;
  session_settings session;
  // Called on every thread of the server at once. Owns all that it needs.
  http::handler pipeline;
  // Null: plain HTTP. A connection keeps the one it was made with.
  std::shared_ptr<const net::tls_context> tls;
  // Connections open at the same time, over all threads.
  std::size_t connections = 10'000;
  // Those of the listeners, which name them by index; one at least.
  std::vector<listener_terms> terms = {listener_terms{}};
  // Whose headers of the PROXY protocol and whose X-Forwarded-For say who the client is.
  std::vector<net::network> trusted_proxies;
};

}  // namespace latchkey::server
