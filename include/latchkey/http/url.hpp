// An absolute http or https URL taken apart strictly: the one reading that every part of the
// program which checks or fetches such an address shares. Not for request targets (http/target),
// and not for building URLs.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace latchkey::http {

// All views point into the text it was parsed from.
struct url {
  bool secure = false;         // https
  bool loopback = false;       // a loopback address, or the name "localhost"
  bool address = false;        // the host is an IP address
  std::string_view authority;  // host and port as written, as the Host field has them
  std::string_view host;       // a name, or an address without its brackets
  std::uint16_t port = 0;      // as written, else that of the scheme
  std::string_view path;       // as written; empty, or starts with '/'
  std::string_view query;      // without the '?'; empty where there is none
};

// Nothing for other schemes, for what is outside the grammar of RFC 3986, and for what two readers
// may take for different places: user information, a fragment, a host with percent-encoding, of odd
// characters or in an odd spelling of an address, and a port that is empty or not 1 to 65535.
std::optional<url> parse_url(std::string_view text);

// True where what goes to the URL and comes back is safe on the way: https, or this machine.
inline bool is_secure(const url& where) {
  return where.secure || where.loopback;
}

}  // namespace latchkey::http
