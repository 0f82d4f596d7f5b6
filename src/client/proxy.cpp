#include <latchkey/client/proxy.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/net/address.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <charconv>

namespace latchkey::client {
namespace {

namespace ip = boost::asio::ip;

std::string base64(std::string_view text) {
  std::string made((text.size() + 2) / 3 * 4 + 1, '\0');
  const auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(made.data()),
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()));
  made.resize(static_cast<std::size_t>(size));
  return made;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = static_cast<unsigned char>(text[i]);
    if (text[i] == '%') {
      const auto* digits = text.data() + i + 1;
      if (i + 2 >= text.size()) return std::nullopt;
      if (std::from_chars(digits, digits + 2, value, 16).ptr != digits + 2) return std::nullopt;
      i += 2;
    }
    if (value < 0x20 || value == 0x7F) return std::nullopt;
    made += static_cast<char>(value);
  }
  return made;
}

// The value of Proxy-Authorization (RFC 7617).
std::optional<std::string> basic(std::string_view user_info) {
  // To another reader the host would end, and a path begin, at one of these.
  if (user_info.find_first_of("/?#\\") != user_info.npos) return std::nullopt;
  const auto colon = user_info.find(':');
  const auto user = percent_decoded(user_info.substr(0, colon));
  const auto password = colon == user_info.npos ? std::optional<std::string>{""}
                                                : percent_decoded(user_info.substr(colon + 1));
  // A colon within the name would move the border between the two.
  if (!user || !password || user->find(':') != user->npos) return std::nullopt;
  return "Basic " + base64(*user + ':' + *password);
}

bool ends_with_name(std::string_view host, std::string_view name) {
  return host.size() >= name.size() &&
         http::same_name(host.substr(host.size() - name.size()), name);
}

bool in_network(const ip::address& host, std::string_view network) {
  boost::system::error_code error;
  const std::string text{network};
  if (host.is_v4()) {
    const auto net = ip::make_network_v4(text, error);
    return !error &&
           net.canonical() == ip::network_v4{host.to_v4(), net.prefix_length()}.canonical();
  }
  const auto net = ip::make_network_v6(text, error);
  return !error && net.canonical() == ip::network_v6{host.to_v6(), net.prefix_length()}.canonical();
}

// The port that an element names, taken off it: "host:443", "[::1]:443". 0 where there is none.
std::optional<std::uint16_t> take_port(std::string_view& element) {
  const auto colon = element.rfind(':');
  if (colon == element.npos) return std::uint16_t{0};
  const auto before = element.substr(0, colon);
  // More colons without brackets: an IPv6 address and no port.
  if (before.find(':') != before.npos && !before.ends_with(']')) return std::uint16_t{0};
  const auto digits = element.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  element = before;
  return port;
}

std::string_view without_root(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

bool names(std::string_view element, std::string_view host, std::uint16_t port) {
  element = http::trim(element);
  if (element == "*") return true;
  const auto wanted = take_port(element);
  if (!wanted || (*wanted != 0 && *wanted != port)) return false;
  if (element.size() >= 2 && element.front() == '[' && element.back() == ']') {
    element = element.substr(1, element.size() - 2);
  }
  element = without_root(element);
  host = without_root(host);
  if (element.empty()) return false;
  boost::system::error_code error;
  const auto written = ip::make_address(std::string{host}, error);
  if (!error) {
    const auto address = net::unmapped(written);
    if (element.find('/') != element.npos) {
      return in_network(address, element) || in_network(written, element);
    }
    const auto other = ip::make_address(std::string{element}, error);
    return !error && net::unmapped(other) == address;
  }
  if (element.starts_with("*.")) element.remove_prefix(1);
  if (element.starts_with('.')) {
    return ends_with_name(host, element) || http::same_name(host, element.substr(1));
  }
  return http::same_name(host, element) || ends_with_name(host, '.' + std::string{element});
}

}  // namespace

std::optional<proxy_place> parse_proxy(std::string_view url) {
  constexpr std::size_t longest = 4096;
  if (url.size() > longest) return std::nullopt;
  std::string_view rest = url;
  if (const auto scheme = rest.find("://"); scheme != rest.npos) {
    if (!http::same_name(rest.substr(0, scheme), "http")) return std::nullopt;
    rest.remove_prefix(scheme + 3);
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  proxy_place found;
  if (const auto at = rest.rfind('@'); at != rest.npos) {
    auto credentials = basic(rest.substr(0, at));
    if (!credentials) return std::nullopt;
    found.authorization = std::move(*credentials);
    rest.remove_prefix(at + 1);
  }
  const auto text = "http://" + std::string{rest};
  const auto parsed = http::parse_url(text);
  if (!parsed || !parsed->path.empty() || text.find_first_of("?#") != text.npos)
    return std::nullopt;
  found.host = parsed->host;
  found.port = parsed->port;
  return found;
}

bool is_direct(std::string_view host, std::uint16_t port, std::string_view no_proxy) {
  while (!no_proxy.empty()) {
    const auto comma = std::min(no_proxy.find(','), no_proxy.size());
    if (names(no_proxy.substr(0, comma), host, port)) return true;
    no_proxy.remove_prefix(std::min(comma + 1, no_proxy.size()));
  }
  return false;
}

}  // namespace latchkey::client
