// Writes the head of a response as HTTP/1.1 bytes: a pure function. Not for sending them.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/http/response.hpp>

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::http1 {

// The Date field's value (RFC 9110 section 5.6.7), made anew once a second. Not thread-safe: one
// for each thread.
class date_text {
 public:
  // Valid until the next call.
  std::string_view at(core::wall_time now);

 private:
  std::time_t second_ = -1;
  std::string text_;
};

struct response_framing {
  bool keep_alive = true;
  // The size of the body where it is known; chunked (or, to HTTP/1.0, until the end) where not.
  std::optional<std::uint64_t> length;
  bool chunked = false;
  // Of HTTP/1.0, which expects the end of the connection unless told otherwise.
  bool old_client = false;
  // The answer is the last of HTTP on this connection.
  bool upgrade = false;
};

// Appends the status line and every field, with the empty line, to `out`. Fields that belong to the
// session (content-length, transfer-encoding, connection) come from `framing`; the same fields set
// by a handler are left out. A Date that it has set stays, else it is `date`.
void append_head(std::string& out, const http::response& answer, const response_framing& framing,
                 std::string_view date);

// The same for an interim response: status 1xx, with its fields only.
void append_interim(std::string& out, const http::response& interim);

// A response of that status never has a body, nor a Content-Length (RFC 9110 section 6.4.1).
bool has_no_body(http::status code);

}  // namespace latchkey::http1
