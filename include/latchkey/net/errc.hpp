// What can go wrong between a socket and the pipeline: refused heads, time, and the end of
// connections. Not for tokens or bodies that a handler reads (http/errc).
#pragma once

#include <latchkey/core/result.hpp>

#include <boost/system/error_category.hpp>

#include <string_view>
#include <type_traits>

namespace latchkey::net {

enum class errc {
  timeout = 1,  // equal to boost::system::errc::timed_out as a condition
  closed,       // the peer ended the connection where more was due
  tls_failed,

  too_many_connections,  // of one client

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

  // Refused heads.
  bad_request_line,
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

  // Refused bodies.
  bad_chunk,
  chunk_overhead,

  // Fetching.
  bad_url,
  insecure_url,
  answer_too_large,
  unexpected_encoding,  // the answer is compressed although nobody asked for it
  internal_address,     // see net/address.hpp
  proxy_refused,        // the proxy did not connect, or said more than it may
  bad_proxy,            // the proxy that would be used is not http://host:port
  too_many_lookups,     // as many names as may be looked up at a time are not answered yet
  field_file,           // the file with a field's value cannot be read, or holds no such value
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
