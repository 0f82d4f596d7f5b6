// What a configuration means to the connections of a server: pipeline, limits, certificates.
// Immutable; it can be replaced while the server runs, and a request keeps the one it began with.
// Not for what only a start can set: server_settings.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/http1/request_head.hpp>
#include <latchkey/net/tls.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace latchkey::server {

struct session_timeouts {
  std::chrono::milliseconds handshake{10'000};
  // From its first byte to its last; of the first request, from the end of the handshake.
  std::chrono::milliseconds head{10'000};
  std::chrono::milliseconds body{30'000};   // the whole body, from when it is first read
  std::chrono::milliseconds idle{60'000};   // between two requests
  std::chrono::milliseconds write{30'000};  // for each 64 KiB of an answer
  // For what still comes of a request that has been answered: between two pieces of it, and in all.
  std::chrono::milliseconds drop{5'000};
  std::chrono::milliseconds drop_all{30'000};
};

struct session_settings {
  http1::head_limits head;
  std::size_t body_bytes = 1024 * 1024;
  session_timeouts timeouts;
};

struct site {
  std::uint64_t generation = 0;
  session_settings session;
  // Called on every thread of the server at once. Owns all that it needs.
  http::handler pipeline;
  // Null: plain HTTP. A connection keeps the one it was made with.
  std::shared_ptr<const net::tls_context> tls;
  // Connections open at the same time, over all threads; further ones wait in the system's queue.
  std::size_t connections = 10'000;
};

}  // namespace latchkey::server
