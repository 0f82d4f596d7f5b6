// Which HTTP proxy an https address is reached through (CONNECT, RFC 9110 section 9.3.6). Pure. Not
// for speaking to it: that is https_client.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace latchkey::client {

struct proxy_settings {
  std::string url;       // "http://[user:password@]host[:port]"; empty: none
  std::string no_proxy;  // who is reached directly, as in the environment's NO_PROXY
};

struct proxy_place {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  // the value of Proxy-Authorization; empty: none. Secret
};

// Takes such a url apart, "http://" may be left out. Nothing for https and other schemes, a path
// beyond "/", a query, an empty host and what http::parse_url refuses of the host and the port.
std::optional<proxy_place> parse_proxy(std::string_view url);

// True if `host` is to be reached directly: `no_proxy` is a list separated by commas of names (each
// with all below it, a leading dot or not), addresses, networks ("10.0.0.0/8"), or "*".
bool is_direct(std::string_view host, std::uint16_t port, std::string_view no_proxy);

}  // namespace latchkey::client
