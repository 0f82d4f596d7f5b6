// The strict gate for the heads of HTTP/1 responses: a pure function from bytes to a response_head
// or the reason why not. What another reader could take for a different response, or for one with
// another end, is refused (RFC 9112 sections 4, 5 and 6). Not for bodies: http1/response_reader.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http1/head_scanner.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace latchkey::http1 {

// What of the request decides how the response to it is read.
struct request_facts {
  bool head = false;     // the method was HEAD: there is no body, whatever the fields say
  bool connect = false;  // the method was CONNECT: behind a 2xx there is a tunnel
  bool upgrade = false;  // another protocol was offered: 101 may be the answer
};

// How the end of the body is found (RFC 9112 section 6.3).
enum class body_framing : std::uint8_t {
  none,         // there is no body, by the request's method or by the status
  length,       // exactly content_length bytes; possibly 0
  chunked,      // Transfer-Encoding: chunked
  until_close,  // what comes until the connection ends
};

enum class response_kind : std::uint8_t {
  final,
  interim,   // 1xx, but for 101: another head follows
  upgraded,  // 101, or a 2xx to CONNECT: what follows is of another protocol
};

// Every view points into the bytes that were parsed.
struct response_head {
  unsigned version = 11;  // 10 or 11
  unsigned status = 0;    // 100 to 599
  std::string_view reason;
  std::vector<http::field> fields;
  response_kind kind = response_kind::final;
  body_framing body = body_framing::none;
  std::uint64_t content_length = 0;  // where framed by length, else 0
  // Whether the connection can carry another exchange once the body has been read.
  bool keep_alive = true;

  // The value of the first field of that name.
  std::optional<std::string_view> find(std::string_view name) const;
};

// Parses one complete head, as a head_scanner for responses measured it. On success `head` is
// filled with views into `bytes`; its vector is reused, so that a connection allocates for its
// first response only. Refused, beside what no grammar has: another version than 1.0 and 1.1; a
// status outside 100 to 599, and 1xx in 1.0, which has none (errc::bad_status); Content-Length
// twice, as a list or of more than 18 digits; Transfer-Encoding other than exactly `chunked`,
// in 1.0, or beside Content-Length; in 1xx and 204 either of them, but for "Content-Length: 0"
// (errc::unexpected_length); 101 to a request that did not offer to upgrade. In the response to
// HEAD, in 304 and in a 2xx to CONNECT these fields are checked and mean nothing (RFC 9110
// sections 8.6 and 9.3.6). A status line may lack the space before an absent reason phrase.
core::error_code parse_response_head(std::string_view bytes, const head_limits& limits,
                                     const request_facts& asked, response_head& head);

}  // namespace latchkey::http1
