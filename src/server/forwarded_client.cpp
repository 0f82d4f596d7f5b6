#include <latchkey/http/fields.hpp>
#include <latchkey/net/address.hpp>
#include <latchkey/net/address_text.hpp>
#include <latchkey/server/forwarded_client.hpp>

#include <algorithm>
#include <string_view>

namespace latchkey::server {
namespace {

namespace ip = boost::asio::ip;

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Without what stands around it in "[2001:db8::1]:443" and "192.0.2.1:443"; empty where it is
// neither, nor an address alone.
std::string_view address_part(std::string_view node) {
  if (node.starts_with('[')) {
    const auto end = node.find(']');
    if (end == node.npos) return {};
    const auto rest = node.substr(end + 1);
    const bool sound = rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
    return sound ? node.substr(1, end - 1) : std::string_view{};
  }
  const auto colon = node.find(':');
  if (colon == node.npos || node.find(':', colon + 1) != node.npos) return node;
  return is_port(node.substr(colon + 1)) ? node.substr(0, colon) : std::string_view{};
}

std::optional<ip::address> address_of(std::string_view node) {
  const auto address = net::read_address(address_part(node));
  if (!address) return std::nullopt;
  return net::unmapped(*address);
}

// Takes the last element, and the comma before it, off a list.
std::string_view take_last(std::string_view& list) {
  const auto comma = list.rfind(',');
  const auto last = http::trim(comma == list.npos ? list : list.substr(comma + 1));
  list = comma == list.npos ? std::string_view{} : list.substr(0, comma);
  return last;
}

}  // namespace

std::optional<ip::address> forwarded_client(const http::request_head& head,
                                            const std::vector<net::network>& trusted) {
  std::optional<ip::address> nearest;
  std::size_t seen = 0;
  for (auto field = head.fields.rbegin(); field != head.fields.rend(); ++field) {
    if (!http::same_name(field->name, "x-forwarded-for")) continue;
    for (auto rest = field->value; !rest.empty();) {
      const auto node = take_last(rest);
      if (node.empty()) continue;
      if (++seen > max_forwarded_hops) return nearest;
      const auto address = address_of(node);
      if (!address) return nearest;
      nearest = address;
      if (!net::is_within(trusted, *address)) return nearest;
    }
  }
  return nearest;
}

}  // namespace latchkey::server
