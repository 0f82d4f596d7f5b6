// How much a session takes of a client, and how long it waits. Not for what is answered: site.
#pragma once

#include <latchkey/http1/head_scanner.hpp>

#include <chrono>
#include <cstddef>

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

  bool operator==(const session_timeouts&) const = default;
};

struct session_settings {
  http1::head_limits head;
  std::size_t body_bytes = 1024 * 1024;
  session_timeouts timeouts;
};

}  // namespace latchkey::server
