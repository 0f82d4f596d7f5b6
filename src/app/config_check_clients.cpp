#include "config_check_clients.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
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
  for (std::size_t i = 0; i < listeners.size(); ++i) check_client_auth(listeners[i], i, problems);
  check_certificate_routes(value, problems);
}

}  // namespace latchkey::app
