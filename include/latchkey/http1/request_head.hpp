// The strict gate for HTTP/1.1 request heads: a pure function from bytes to a request_head or the
// reason why not. What another reader could take for a different request is refused (RFC 9112
// sections 2.2, 3.2, 5, 6 and 11.2). Not for bodies: http1/chunked; not for responses.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http1/head_scanner.hpp>

#include <cstdint>
#include <string_view>

namespace latchkey::http1 {

// How the end of a request's body is found (RFC 9112 section 6).
enum class framing : std::uint8_t {
  none,            // there is no body
  content_length,  // exactly content_length bytes
  chunked,         // Transfer-Encoding: chunked
};

// What a head says of the connection and of what follows, and means nothing to a handler.
struct request_wire {
  unsigned version = 11;  // 10 or 11
  framing body = framing::none;
  std::uint64_t content_length = 0;
  bool keep_alive = true;
  bool expect_continue = false;
};

// Parses one complete head, as head_scanner measured it. On success `head` is filled with views
// into `bytes`; its vector is reused, so that a connection allocates for its first request only.
core::error_code parse_head(std::string_view bytes, const head_limits& limits,
                            http::request_head& head, request_wire& wire);

// What a target and the value of Host are made of.
bool is_target_char(char c);
bool is_host_char(char c);

}  // namespace latchkey::http1
