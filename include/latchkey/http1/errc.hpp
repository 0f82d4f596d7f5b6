// What makes an HTTP/1 message one that is not taken: its head, or the framing of its body. Not for
// sockets (net/errc), nor for what a body means (http/errc).
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <string_view>
#include <type_traits>

namespace latchkey::http1 {

enum class errc {
  // Heads.
  bad_request_line = 1,
  bad_version,
  bad_line_end,
  bad_field,
  folded_field,
  bad_host,
  duplicate_authorization,
  bad_content_length,
  bad_transfer_encoding,
  ambiguous_length,
  bad_connection,
  expectation_failed,
  request_line_too_long,
  head_too_large,
  too_many_fields,

  // Bodies.
  bad_chunk,
  chunk_overhead,

  // Responses.
  bad_status_line,
  bad_status,
  status_line_too_long,
  unexpected_length,   // of a body, where the status has none
  unexpected_upgrade,  // 101 to whoever did not ask for another protocol
  too_many_interim,
  body_too_large,
  no_response,  // the connection ended before the first byte
  truncated,    // the connection ended within a response
};

const boost::system::error_category& category();
core::error_code make_error_code(errc value);

// A stable code for logs, with static storage.
std::string_view reason(errc value);

}  // namespace latchkey::http1

template <>
struct boost::system::is_error_code_enum<latchkey::http1::errc> : std::true_type {};
