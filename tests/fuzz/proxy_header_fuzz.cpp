// Bytes through the reader of the PROXY protocol: what it takes is the same however it comes, and
// is read again as it was from what is made of it.
#include <latchkey/net/proxy_header.hpp>

#include <fuzz/require.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

using latchkey::fuzz::require;
namespace net = latchkey::net;

namespace {

void check_again(const net::proxied_route& route) {
  for (const auto version : {net::proxy_version::v1, net::proxy_version::v2}) {
    const auto made = net::make_proxy_header(version, {route, "a.example", "TLSv1.3", "X"});
    const auto again = net::read_proxy_header(made);
    require(again.has_value() && again->has_value(), "what is made is a header");
    require((*again)->size == made.size(), "and nothing else");
    const auto& read = (*again)->route;
    require(read && read->source.port() == route.source.port(), "with the same port");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto whole = net::read_proxy_header(bytes);
  if (whole.has_error() || !*whole) {
    // Who keeps reading has a bound.
    require(whole.has_error() || size < net::max_proxy_header, "there is an end to it");
    return 0;
  }
  const auto& header = **whole;
  require(header.size <= size && header.size <= net::max_proxy_header, "it is what has come");
  for (std::size_t some = 0; some < header.size; ++some) {
    const auto part = net::read_proxy_header(bytes.substr(0, some));
    require(part.has_value() && !*part, "a part of it is not whole");
  }
  const auto exact = net::read_proxy_header(bytes.substr(0, header.size));
  require(exact.has_value() && *exact == header, "what follows changes nothing");
  if (header.route) check_again(*header.route);
  return 0;
}
