// What can go wrong with a socket, its TLS and a name: time, the end of connections, handshakes.
// Not for what is sent over them (http1/errc).
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <string_view>
#include <type_traits>

namespace latchkey::net {

enum class errc {
  timeout = 1,  // equal to boost::system::errc::timed_out as a condition
  closed,       // the peer ended the connection where more was due
  truncated,    // TLS ended without its close_notify: anyone may have cut it
  tls_failed,

  // Connections that never became TLS, or that TLS alone keeps busy.
  plain_http,
  proxy_header,
  not_tls,
  hello_too_large,  // a ClientHello of more than 16 KiB, or in more than 32 records
  tls_version,      // older than TLS 1.2
  no_common_suite,
  no_common_group,
  no_common_signature,
  no_common_protocol,    // ALPN names no HTTP/1
  certificate_rejected,  // by the client
  tls_flood,             // handshake messages without application data

  // Of a header of the PROXY protocol that has to come first.
  proxy_header_missing,  // something else has come
  proxy_header_invalid,
  proxy_header_too_large,

  // Certificates of clients, where they are asked for.
  client_certificate_missing,
  client_certificate_unknown,  // by none of the authorities
  client_certificate_expired,  // or not valid yet
  client_certificate_revoked,
  client_certificate_unchecked,  // its revocation list is missing, or has expired
  client_certificate_refused,    // purpose, signature, names, the length of its chain

  too_many_lookups,  // as many names as may be looked up at a time are not answered yet
};

// The category of why a certificate was refused: OpenSSL's X509_V_ERR_ codes.
const boost::system::error_category& certificate_category();

const boost::system::error_category& category();
core::error_code make_error_code(errc value);

// A stable code for logs, with static storage.
std::string_view reason(errc value);

}  // namespace latchkey::net

template <>
struct boost::system::is_error_code_enum<latchkey::net::errc> : std::true_type {};
