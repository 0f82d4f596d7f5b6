// What the first bytes on a TLS port are: a ClientHello, whole or not, or another protocol by
// mistake. Pure. Not for what the ClientHello says: that is OpenSSL's to judge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace latchkey::net {

enum class tls_preface : std::uint8_t {
  more,             // cannot be told yet, or the ClientHello is not whole
  client_hello,     // the whole message is there
  too_large,        // a ClientHello of more than max_hello bytes
  too_many_pieces,  // one in more than max_pieces records
  old_tls,          // SSL 2
  plain_http,
  proxy_header,  // HAProxy's PROXY protocol, version 1 or 2
  other,
};

// With its header. Those of browsers have up to 2 KiB, of which post-quantum keys are the most.
constexpr std::size_t max_hello = std::size_t{16} * 1024;
constexpr unsigned max_pieces = 32;

// `bytes` is all that has come since the connection was made. Once it is something else than
// `more`, bytes that follow do not change it. The records of a ClientHello: RFC 8446 section 5.1.
tls_preface preface_of(std::string_view bytes);

}  // namespace latchkey::net
