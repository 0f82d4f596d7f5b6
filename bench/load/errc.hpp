// Why a request of the load client got no response. Not for statuses: those are responses.
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

namespace latchkey::bench::load {

enum class errc : std::uint8_t {
  timeout = 1,  // the request's deadline came first
  closed,       // the peer ended the connection
  tls_failed,   // handshake or record
  bad_answer,   // bytes that are no HTTP/1.1 answer
  refused,      // nobody listens there
  untrusted,    // the peer's certificate: by nobody known
  no_route,     // the connection could not be made for another reason
  expired,      // the peer's certificate: its time is over
  not_yet_valid,
  wrong_name,          // the peer's certificate: for another name
  certificate_wanted,  // the peer asks for a certificate of ours
  ports_used_up,       // this machine has no port left to connect from
  no_descriptors,      // this process may open no further socket
};

const boost::system::error_category& category();
core::error_code make_error_code(errc value);
// "timeout", "closed", ...: as reports count them. "other" for an error of another kind.
const char* name_of(const core::error_code& error);
// Whether the error of that name is a limit of this machine, for which no server can be blamed.
bool is_our_own(std::string_view name);

// What a connect() that failed with `error` comes to. `reachable`: this machine has an address
// from which packets to that one would leave.
errc connect_error(const core::error_code& error, bool reachable);
// The same for a certificate that was not accepted, by SSL_get_verify_result.
errc certificate_error(long verify_result);

}  // namespace latchkey::bench::load

template <>
struct boost::system::is_error_code_enum<latchkey::bench::load::errc> : std::true_type {};
