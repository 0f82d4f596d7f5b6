#include "postgres_way.hpp"

#include <latchkey/store/errc.hpp>

#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>
#include <utility>

namespace latchkey::store {
namespace {

constexpr const char* usual_port = "5432";

std::vector<std::string> parts_of(const postgres_options& all, std::string_view name) {
  std::vector<std::string> parts;
  const auto* found = find_option(all, name);
  if (found == nullptr) return parts;
  std::string_view rest = *found;
  for (;;) {
    const auto end = std::min(rest.find(','), rest.size());
    parts.emplace_back(rest.substr(0, end));
    if (end == rest.size()) return parts;
    rest.remove_prefix(end + 1);
  }
}

// The folder of a socket, or a socket without one.
bool is_socket(std::string_view host) {
  return host.empty() || host.front() == '/' || host.front() == '@';
}

std::uint16_t port_number(const std::string& text) {
  std::uint16_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string joined(const std::vector<postgres_host>& hosts, std::string postgres_host::* which) {
  std::string text;
  for (std::size_t i = 0; i < hosts.size(); ++i) text += (i == 0 ? "" : ",") + hosts[i].*which;
  return text;
}

}  // namespace

std::vector<postgres_host> hosts_of(const postgres_options& all) {
  const auto hosts = parts_of(all, "host");
  const auto addresses = parts_of(all, "hostaddr");
  const auto ports = parts_of(all, "port");
  std::vector<postgres_host> made(std::max({hosts.size(), addresses.size(), std::size_t{1}}));
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (i < hosts.size()) made[i].host = hosts[i];
    if (i < addresses.size()) made[i].address = addresses[i];
    // One port is that of all hosts.
    if (!ports.empty()) made[i].port = ports[std::min(i, ports.size() - 1)];
    if (made[i].port.empty()) made[i].port = usual_port;
  }
  return made;
}

postgres_options options_for(const std::string& uri) {
  auto all = postgres_defaults();
  for (auto& [name, value] : parse_postgres(uri).value_or(postgres_options{})) {
    set_option(all, name, std::move(value));
  }
  set_option(all, "client_encoding", "UTF8");
  if (find_option(all, "application_name") == nullptr) {
    set_option(all, "application_name", "latchkey");
  }
  // Tickets are read from files and asked for over the network, which blocks.
  set_option(all, "gssencmode", "disable");
  return all;
}

async::task<core::result<postgres_options>> with_addresses(postgres_options all,
                                                           net::resolver names,
                                                           core::deadline until) {
  std::vector<postgres_host> found;
  core::error_code last;
  for (const auto& one : hosts_of(all)) {
    if (!one.address.empty() || is_socket(one.host)) {
      found.push_back(one);
      continue;
    }
    const auto looked_up = co_await names.resolve(one.host, port_number(one.port), until);
    if (looked_up.has_error()) {
      last = looked_up.error();
      continue;
    }
    for (const auto& where : looked_up->all) {
      found.push_back({one.host, where.address().to_string(), one.port});
    }
  }
  if (found.empty()) co_return last ? last : make_error_code(errc::unavailable);
  set_option(all, "host", joined(found, &postgres_host::host));
  set_option(all, "hostaddr", joined(found, &postgres_host::address));
  set_option(all, "port", joined(found, &postgres_host::port));
  co_return all;
}

}  // namespace latchkey::store
