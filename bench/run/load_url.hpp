// A URL as given to the load client, often copied from a browser or a log: scheme, host and port
// are parsed strictly, path and query are opaque. Not for URLs that a server checks or fetches:
// that is http/url.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace latchkey::bench::run {

struct load_url {
  bool secure = false;    // https
  std::string authority;  // host and port as written, as the Host field has them
  std::string host;       // a name, or an address without its brackets
  std::uint16_t port = 0;
  std::string target;  // path and query as they are sent; "/" where there is none
};

// Path and query are sent as given, but for characters beyond ASCII, which are percent-encoded as
// UTF-8 (RFC 3987 section 3.1). Throws std::invalid_argument, which names the URL without its user
// information and says what is wrong with it and where.
load_url parse_load_url(std::string_view text);

// For messages and reports: without user information and query, which may hold secrets.
std::string shown_url(std::string_view text);

}  // namespace latchkey::bench::run
