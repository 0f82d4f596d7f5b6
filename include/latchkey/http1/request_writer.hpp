// Writes the head of a request as HTTP/1.1 bytes: a pure function. Not for sending them.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/http/request.hpp>

#include <span>
#include <string>
#include <string_view>

namespace latchkey::http1 {

// Appends the request line and the fields in their order, with the empty line, to `out`. Nothing is
// added: Host and what frames a body are among `fields`. errc::bad_request_line for a method that
// is no token and a target that is empty or has a space or control character, errc::bad_field for
// what is no field; `out` is then as it was. No caller can thus write a second request into the
// first.
core::error_code append_request(std::string& out, std::string_view method, std::string_view target,
                                std::span<const http::field> fields);

}  // namespace latchkey::http1
