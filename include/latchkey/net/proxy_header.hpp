// The header by which a proxy says, before the first byte of a connection, whose it is: the PROXY
// protocol of HAProxy, versions 1 and 2 (proxy-protocol.txt). Pure. Not for whether the proxy is
// to be believed.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::net {

// The two ends of the connection that the proxy took.
struct proxied_route {
  async::tcp::endpoint source;
  async::tcp::endpoint destination;

  bool operator==(const proxied_route&) const = default;
};

struct proxy_header {
  std::size_t size = 0;  // in bytes
  // Nothing where the proxy speaks for itself (LOCAL), as when it checks whether somebody is there,
  // or says nothing of the client's address (UNKNOWN, AF_UNSPEC, AF_UNIX).
  std::optional<proxied_route> route;

  bool operator==(const proxy_header&) const = default;
};

// Of version 1 with its CRLF (section 2.1), and of version 2 with all that is attached to it, where
// the standard allows 64 KiB.
inline constexpr std::size_t max_proxy_line = 107;
inline constexpr std::size_t max_proxy_header = 4096;

// `bytes` begins with the first of the connection. Nothing where the header is not whole: then all
// of the bytes are its. Errors: errc::proxy_header_missing, where it is something else;
// errc::proxy_header_too_large; errc::proxy_header_invalid, also where a checksum is attached
// (PP2_TYPE_CRC32C) that is not that of the bytes.
core::result<std::optional<proxy_header>> read_proxy_header(std::string_view bytes);

enum class proxy_version : std::uint8_t { none, v1, v2 };

// What is told of a connection.
struct proxy_facts {
  std::optional<proxied_route> route;  // nothing: it is our own
  // The rest is for version 2 alone. The name that the client asked for (SNI); empty: none.
  std::string_view authority = {};
  // As OpenSSL names them ("TLSv1.3", "TLS_AES_128_GCM_SHA256"); empty: the client came without
  // TLS.
  std::string_view tls_version = {};
  std::string_view tls_cipher = {};
};

// The header that says it; empty of none. Texts of more than 255 bytes are left out.
std::string make_proxy_header(proxy_version version, const proxy_facts& of);

}  // namespace latchkey::net
