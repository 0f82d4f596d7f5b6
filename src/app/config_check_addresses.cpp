#include "config_check_addresses.hpp"

#include "config_text.hpp"

#include <latchkey/app/listen_name.hpp>
#include <latchkey/net/address.hpp>
#include <latchkey/server/server.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

using endpoint = boost::asio::ip::tcp::endpoint;

struct wanted_address {
  std::string text;
  std::string list;               // the key it stands in
  std::string key;                // its own
  bool admin = false;             // of another server of this program
  std::optional<endpoint> where;  // nothing for the name of a socket
};

std::optional<endpoint> endpoint_of(const std::string& text) {
  if (listen_name(text)) return std::nullopt;
  try {
    return server::parse_endpoint(text);
  } catch (const std::invalid_argument&) {
    return std::nullopt;  // told already
  }
}

std::vector<wanted_address> wanted_by(const config& value) {
  std::vector<wanted_address> all;
  const auto add = [&all](const std::vector<std::string>& listen, const std::string& list) {
    for (std::size_t i = 0; i < listen.size(); ++i) {
      all.push_back(
          {listen[i], list, list + '.' + std::to_string(i), false, endpoint_of(listen[i])});
    }
  };
  add(value.server.listen, "server.listen");
  for (std::size_t i = 0; i < value.server.listeners.size(); ++i) {
    add(value.server.listeners[i].listen, "server.listener." + std::to_string(i) + ".listen");
  }
  const auto& admin = value.admin.listen;
  if (!admin.empty()) {
    all.push_back({admin, "admin.listen", "admin.listen", true, endpoint_of(admin)});
  }
  return all;
}

// Whether the system refuses the second of the two.
bool collide(const wanted_address& one, const wanted_address& other, bool v6_only) {
  if (!one.where || !other.where) return one.text == other.text;
  if (one.where->port() != other.where->port() || one.where->port() == 0) return false;
  const auto a = net::unmapped(one.where->address());
  const auto b = net::unmapped(other.where->address());
  if (a == b) return true;
  if (a.is_v4() == b.is_v4()) return a.is_unspecified() || b.is_unspecified();
  // "::" takes IPv4 as well, but for the IPv4 addresses that the same server has beside it.
  const bool takes_both = (a.is_v6() ? a : b).is_unspecified() && !v6_only;
  return takes_both && one.admin != other.admin;
}

std::string fault_of(const wanted_address& one, const wanted_address& first) {
  const auto found = "found " + shown_string(one.text);
  if (one.text != first.text) {
    return found + ", which cannot be had beside " + shown_string(first.text) + " of " + first.list;
  }
  return found + (one.list == first.list ? " a second time; once is enough"
                                         : ", which is an address of " + first.list + " as well");
}

}  // namespace

void check_addresses(const config& value, report& problems) {
  const auto all = wanted_by(value);
  for (auto one = all.begin(); one != all.end(); ++one) {
    const auto first = std::find_if(all.begin(), one, [&](const wanted_address& other) {
      return collide(*one, other, value.server.ipv6_only);
    });
    if (first != one) problems.add_found(one->key, fault_of(*one, *first));
  }
}

}  // namespace latchkey::app
