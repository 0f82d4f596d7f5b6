#include "config_check_clients.hpp"

#include "config_text.hpp"

#include <latchkey/app/listen_name.hpp>
#include <latchkey/net/address.hpp>
#include <latchkey/server/server.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace latchkey::app {
namespace {

void check_client_auth(const listener_config& one, std::size_t index, report& problems) {
  const bool asks = one.client_auth != net::client_auth::off;
  const auto table = "server.listener." + std::to_string(index);
  if (asks && one.client_ca.empty()) {
    problems.add_found(table + ".client_ca",
                       "missing; client_auth needs the authorities whose clients are let in");
  }
  const auto refuse = [&](const char* key, const std::filesystem::path& path) {
    if (asks || path.empty()) return;
    problems.add_found(table + '.' + key,
                       "found without client_auth, so that no client is asked for a certificate");
  };
  refuse("client_ca", one.client_ca);
  refuse("client_crl", one.client_crl);
  if (asks && one.plain_http != plain_http::off) {
    problems.add_found(table + ".client_auth",
                       "found with plain_http, where no client can show a certificate");
  }
}

// Of the name of a socket it is known when that is given.
bool is_elsewhere(const std::string& address) {
  if (listen_name(address)) return false;
  try {
    return !net::unmapped(server::parse_endpoint(address).address()).is_loopback();
  } catch (const std::invalid_argument&) {
    return false;  // told already
  }
}

void check_plain_http(const listener_config& one, std::size_t index, report& problems) {
  if (one.plain_http != plain_http::loopback) return;
  for (std::size_t i = 0; i < one.listen.size(); ++i) {
    if (!is_elsewhere(one.listen[i])) continue;
    problems.add_found(
        "server.listener." + std::to_string(index) + ".listen." + std::to_string(i),
        "found " + shown_string(one.listen[i]) +
            " with plain_http = \"loopback\"; expected an address of this machine alone, or "
            "\"anywhere\", where tokens can be read on their way");
  }
}

void check_certificate_routes(const config& value, report& problems) {
  const auto& all = value.server.listeners;
  const bool asked = std::any_of(all.begin(), all.end(), [](const listener_config& one) {
    return one.client_auth != net::client_auth::off;
  });
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    if (asked || !value.routes[i].needs_certificate) continue;
    problems.add_found("route." + std::to_string(i) + ".client_certificate",
                       "found \"required\" without a [[server.listener]] that asks for "
                       "certificates (client_auth), so that nobody has one");
  }
}

}  // namespace

void check_clients(const config& value, report& problems) {
  const auto& listeners = value.server.listeners;
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    check_client_auth(listeners[i], i, problems);
    check_plain_http(listeners[i], i, problems);
  }
  check_certificate_routes(value, problems);
}

}  // namespace latchkey::app
