#include "config_forwarding.hpp"

#include <latchkey/core/ascii.hpp>
#include <latchkey/http/url.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

namespace latchkey::app {
namespace {

constexpr std::string_view by_hash = "hash:";

// Two spellings of one address are equal.
std::set<std::string> places_of(const edge::upstream_settings& upstream) {
  std::set<std::string> all;
  for (const auto& address : upstream.addresses) {
    const auto parsed = http::parse_url(address);
    if (!parsed) continue;
    all.insert(core::to_lower(std::string{parsed->host}) + ' ' + std::to_string(parsed->port));
  }
  return all;
}

bool share_a_server(const edge::upstream_settings& a, const edge::upstream_settings& b) {
  if (a.name == b.name) return true;
  const auto first = places_of(a);
  const auto second = places_of(b);
  return std::any_of(first.begin(), first.end(),
                     [&second](const std::string& one) { return second.count(one) != 0; });
}

const edge::upstream_settings* upstream_of(const config& value, const route_config& route) {
  if (route.upstream.empty()) return nullptr;
  const auto found = std::find_if(value.upstreams.begin(), value.upstreams.end(),
                                  [&route](const auto& one) { return one.name == route.upstream; });
  return found == value.upstreams.end() ? nullptr : &*found;
}

std::vector<std::string> set_by(const edge::header_settings& headers) {
  std::vector<std::string> names;
  for (const auto& one : headers.claims) names.push_back(one.name);
  if (headers.token == edge::token_to_upstream::claims) names.push_back(headers.claims_field);
  return names;
}

std::vector<std::string> identities_of(const config& value, std::size_t index) {
  const auto& route = value.routes[index];
  const auto own = set_by(route.forward.headers);
  const auto* leads_to = upstream_of(value, route);
  std::set<std::string> names;
  for (std::size_t i = 0; leads_to != nullptr && i < value.routes.size(); ++i) {
    const auto* other = i == index ? nullptr : upstream_of(value, value.routes[i]);
    if (other == nullptr || !share_a_server(*leads_to, *other)) continue;
    for (auto& name : set_by(value.routes[i].forward.headers)) {
      if (std::find(own.begin(), own.end(), name) == own.end()) names.insert(std::move(name));
    }
  }
  return {names.begin(), names.end()};
}

std::vector<auth::token_place> token_places(const config& value) {
  std::vector<auth::token_place> all;
  for (const auto& issuer : value.issuers) {
    for (const auto& place : issuer.token_from) {
      if (std::find(all.begin(), all.end(), place) == all.end()) all.push_back(place);
    }
  }
  return all;
}

}  // namespace

std::vector<http::verb> written_methods(const route_config& route) {
  auto written = route.methods;
  if (route.every_method) written.insert(written.begin(), http::verb::unknown);
  return written;
}

void take_methods(route_config& route, std::vector<http::verb> methods) {
  const auto every = std::find(methods.begin(), methods.end(), http::verb::unknown);
  route.every_method = every != methods.end();
  if (route.every_method) methods.erase(every);
  route.methods = std::move(methods);
}

std::string written_balance(const edge::upstream_settings& upstream) {
  return upstream.balance_by.empty() ? "least" : std::string{by_hash} + upstream.balance_by;
}

void take_balance(edge::upstream_settings& upstream, const std::string& balance) {
  upstream.balance_by =
      balance.starts_with(by_hash) ? balance.substr(by_hash.size()) : std::string{};
}

std::string written_host(const edge::header_settings& headers) {
  switch (headers.host) {
    case edge::host_to_upstream::keep:
      return "keep";
    case edge::host_to_upstream::upstream:
      return "upstream";
    case edge::host_to_upstream::name:
      break;
  }
  return headers.host_name;
}

void take_host(edge::header_settings& headers, const std::string& host) {
  using edge::host_to_upstream;
  headers.host = host == "keep"       ? host_to_upstream::keep
                 : host == "upstream" ? host_to_upstream::upstream
                                      : host_to_upstream::name;
  headers.host_name = headers.host == host_to_upstream::name ? host : std::string{};
}

void complete_forwarding(config& value) {
  const auto places = token_places(value);
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    auto& route = value.routes[i];
    if (route.upstream.empty()) continue;
    route.forward.headers.places = places;
    route.forward.headers.traced = value.trace.enabled;
    route.forward.headers.identities = identities_of(value, i);
    auto& rewrite = route.forward.rewrite;
    if (!rewrite.to.empty() && rewrite.from.empty()) rewrite.from = base_of(route.path);
  }
}

std::string base_of(const std::string& path) {
  return path.ends_with("/*") ? path.substr(0, path.size() - 2) : path;
}

}  // namespace latchkey::app
