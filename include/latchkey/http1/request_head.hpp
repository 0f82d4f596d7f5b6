// The strict gate for HTTP/1.1 request heads: a pure function from bytes to a request_head or the
// reason why not. What another reader could take for a different request is refused (RFC 9112
// sections 2.2, 3.2, 5, 6 and 11.2). Not for bodies: http1/chunked; not for responses.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/request.hpp>

#include <cstddef>
#include <string_view>

namespace latchkey::http1 {

struct head_limits {
  std::size_t request_line = 8 * 1024;  // bytes, without its line end
  std::size_t bytes = 32 * 1024;        // the whole head
  std::size_t fields = 100;
};

// Looks for the end of the head in what has arrived so far. Called again with more bytes it goes on
// where it stopped.
class head_scanner {
 public:
  // The size of the head with its last line end; 0 if more bytes are needed. errc::bad_line_end as
  // soon as a line ends without a carriage return, and the errors of a limit as soon as it is
  // passed.
  core::result<std::size_t> scan(std::string_view arrived, const head_limits& limits);

 private:
  std::size_t line_ = 0;     // where the current line starts
  std::size_t scanned_ = 0;  // how far there is no line feed
  std::size_t lines_ = 0;    // finished lines
};

// Parses one complete head, as head_scanner measured it. On success `head` is filled with views
// into `bytes`; its vector is reused, so that a connection allocates for its first request only.
core::error_code parse_head(std::string_view bytes, const head_limits& limits,
                            http::request_head& head);

// What a method and a field name, a target, and the value of Host are made of.
bool is_token_char(char c);
bool is_target_char(char c);
bool is_host_char(char c);

}  // namespace latchkey::http1
