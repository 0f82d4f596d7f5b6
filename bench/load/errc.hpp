// Why a request of the load client has no answer. Not for statuses: those are answers.
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <cstdint>
#include <type_traits>

namespace latchkey::bench::load {

enum class errc : std::uint8_t {
  timeout = 1,  // the request's deadline came first
  closed,       // the peer ended the connection
  tls_failed,   // handshake or record
  bad_answer,   // bytes that are no HTTP/1.1 answer
  refused,      // nobody listens there
  untrusted,    // the peer's certificate: by nobody known, for another name, expired
  no_route,     // the connection could not be made for another reason
};

const boost::system::error_category& category();
core::error_code make_error_code(errc value);
// "timeout", "closed", ...: as reports count them. "other" for an error of another kind.
const char* name_of(const core::error_code& error);

}  // namespace latchkey::bench::load

template <>
struct boost::system::is_error_code_enum<latchkey::bench::load::errc> : std::true_type {};
