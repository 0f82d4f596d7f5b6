#include "proxy_header.hpp"

#include <latchkey/net/address.hpp>
#include <latchkey/net/proxy_header.hpp>

namespace latchkey::net {
namespace {

using namespace proxy_protocol;
namespace ip = boost::asio::ip;

constexpr std::size_t max_text = 255;

void add_two_bytes(std::string& to, std::size_t value) {
  to += static_cast<char>(value >> 8U & 0xFFU);
  to += static_cast<char>(value & 0xFFU);
}

void add_item(std::string& to, unsigned char type, std::string_view value) {
  to += static_cast<char>(type);
  add_two_bytes(to, value.size());
  to.append(value);
}

void add_text(std::string& to, unsigned char type, std::string_view value) {
  if (!value.empty() && value.size() <= max_text) add_item(to, type, value);
}

// Both of one family: IPv4 where both are, however they are written.
proxied_route of_one_family(const proxied_route& route) {
  auto source = unmapped(route.source.address());
  auto destination = unmapped(route.destination.address());
  if (source.is_v4() != destination.is_v4()) {
    if (source.is_v4()) source = ip::make_address_v6(ip::v4_mapped, source.to_v4());
    if (destination.is_v4()) destination = ip::make_address_v6(ip::v4_mapped, destination.to_v4());
  }
  return {{source, route.source.port()}, {destination, route.destination.port()}};
}

// Without its zone.
std::string text_of(const ip::address& one) {
  return one.is_v4() ? one.to_string() : ip::address_v6{one.to_v6().to_bytes()}.to_string();
}

void add_bytes(std::string& to, const ip::address& one) {
  const auto add = [&to](const auto& bytes) {
    for (const auto c : bytes) to += static_cast<char>(c);
  };
  if (one.is_v4()) {
    add(one.to_v4().to_bytes());
  } else {
    add(one.to_v6().to_bytes());
  }
}

std::string make_line(const proxy_facts& of) {
  if (!of.route) return "PROXY UNKNOWN\r\n";
  const auto route = of_one_family(*of.route);
  std::string line{route.source.address().is_v4() ? "PROXY TCP4 " : "PROXY TCP6 "};
  line += text_of(route.source.address()) + ' ' + text_of(route.destination.address()) + ' ' +
          std::to_string(route.source.port()) + ' ' + std::to_string(route.destination.port());
  return line += "\r\n";
}

// `verify`, the four bytes in the middle, is 0 only where a certificate of the client was found
// good.
void add_tls(std::string& to, const proxy_facts& of) {
  std::string value(1, static_cast<char>(client_ssl));
  value.append(3, '\0').append(1, '\1');
  add_text(value, type_ssl_version, of.tls_version);
  add_text(value, type_ssl_cipher, of.tls_cipher);
  add_item(to, type_ssl, value);
}

std::string make_binary(const proxy_facts& of) {
  std::string rest;
  unsigned char family = 0;
  if (of.route) {
    const auto route = of_one_family(*of.route);
    family = route.source.address().is_v4() ? tcp_over_v4 : tcp_over_v6;
    add_bytes(rest, route.source.address());
    add_bytes(rest, route.destination.address());
    add_two_bytes(rest, route.source.port());
    add_two_bytes(rest, route.destination.port());
    add_text(rest, type_authority, of.authority);
    if (!of.tls_version.empty()) add_tls(rest, of);
  }
  std::string whole{signature};
  whole += static_cast<char>(of.route ? proxy_command : local_command);
  whole += static_cast<char>(family);
  add_two_bytes(whole, rest.size());
  return whole += rest;
}

}  // namespace

std::string make_proxy_header(proxy_version version, const proxy_facts& of) {
  switch (version) {
    case proxy_version::none:
      break;
    case proxy_version::v1:
      return make_line(of);
    case proxy_version::v2:
      return make_binary(of);
  }
  return {};
}

}  // namespace latchkey::net
