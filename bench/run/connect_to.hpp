// Parses --connect-to: the address to connect to instead of a URL's own host and port. Pure; not
// for resolving names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::bench::run {

// "HOST:PORT:OTHER:PORT" as curl has it: requests for the first go to the second, while the Host
// field, and the name that the certificate must be for, stay those of the URL.
struct connect_to {
  std::string host;              // empty: any
  std::uint16_t port = 0;        // 0: any
  std::string other;             // empty: the URL's own
  std::uint16_t other_port = 0;  // 0: the URL's own
};

// Addresses of version 6 stand in brackets. Throws std::invalid_argument that says what is wrong.
connect_to parse_connect_to(std::string_view text);

// Where to connect for that host (without brackets) and port: by the first that means it.
std::pair<std::string, std::uint16_t> place_to_connect(const std::vector<connect_to>& all,
                                                       std::string_view host, std::uint16_t port);

}  // namespace latchkey::bench::run
