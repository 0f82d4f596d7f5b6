// The configurations of the proxies that are tested beside each other: pure texts. Not for starting
// them.
#pragma once

#include "compare/configs.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::edge {

enum class proxy : std::uint8_t { latchkey, nginx, haproxy, caddy };

// In the order in which they are shown.
std::vector<proxy> all_proxies();
// As the program is called.
std::string_view name_of(proxy one);

// Without a public key HAProxy checks no tokens; the files of other contenders are not used.
struct proxy_setting : compare::setting {
  std::vector<std::uint16_t> upstreams;          // ports of 127.0.0.1, plain
  bool guarded = true;                           // latchkey asks for a token with the notes' scope
  bool cache = true;                             // of tokens, in latchkey
  unsigned workers = 1;                          // of latchkey
  std::vector<std::string> upstream_lines = {};  // more of latchkey's [[upstream]] and [[route]]
  std::vector<std::string> route_lines = {};
};

// Every path and every method goes on to the upstreams, over connections that are kept.
std::string latchkey_config(const proxy_setting& with);
std::string nginx_config(const proxy_setting& with);
std::string haproxy_config(const proxy_setting& with);
std::string caddy_config(const proxy_setting& with);

// nginx as an upstream, which logs a line for each request it takes or refuses.
std::string nginx_upstream_config(std::uint16_t port, const std::string& folder);

}  // namespace latchkey::bench::edge
