#include "config_check_edge.hpp"

#include "config_check_distinct.hpp"
#include "config_forwarding.hpp"
#include "config_rules.hpp"
#include "config_text.hpp"

#include <latchkey/app/route_handlers.hpp>
#include <latchkey/core/ascii.hpp>
#include <latchkey/edge/header_rules.hpp>
#include <latchkey/http/route_pattern.hpp>
#include <latchkey/http/url.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

std::string at(std::string_view table, std::size_t index) {
  return std::string{table} + '.' + std::to_string(index);
}

// What std::invalid_argument says becomes a problem of that key.
template <class Try>
bool passes(const std::string& key, report& problems, const Try& attempt) {
  try {
    attempt();
    return true;
  } catch (const std::invalid_argument& refused) {
    problems.add_found(key, refused.what());
    return false;
  }
}

void check_order(const std::string& table, std::pair<const char*, core::steady_duration> first,
                 std::pair<const char*, core::steady_duration> second, report& problems) {
  if (first.second <= second.second) return;
  const rule::duration shown;
  problems.add_found(table + '.' + first.first, "found " + shown.write(first.second) +
                                                    ", which is more than " + second.first + " (" +
                                                    shown.write(second.second) + ")");
}

// Names of one place that are spelled otherwise are that place.
void check_addresses(const edge::upstream_settings& upstream, const std::string& table,
                     report& problems) {
  std::vector<std::string> seen;
  for (std::size_t i = 0; i < upstream.addresses.size(); ++i) {
    const auto parsed = http::parse_url(upstream.addresses[i]);
    if (!parsed) continue;
    auto place = (parsed->secure ? "https://" : "http://") +
                 core::to_lower(std::string{parsed->host}) + ' ' + std::to_string(parsed->port);
    if (std::find(seen.begin(), seen.end(), place) != seen.end()) {
      problems.add_found(
          table + ".addresses." + std::to_string(i),
          "found " + shown_string(upstream.addresses[i]) + " a second time; once is enough");
    }
    seen.push_back(std::move(place));
  }
}

void check_tls(const edge::upstream_settings& upstream, const std::string& table,
               report& problems) {
  if (upstream.client_certificate.empty() != upstream.client_key.empty()) {
    const bool key = upstream.client_key.empty();
    problems.add_found(table + (key ? ".client_key" : ".client_certificate"),
                       "missing; client_certificate and client_key are set together or not at all");
  }
  if (problems.blames(table + ".addresses")) return;
  const bool secure =
      std::any_of(upstream.addresses.begin(), upstream.addresses.end(), [](const auto& address) {
        const auto parsed = http::parse_url(address);
        return parsed && parsed->secure;
      });
  const auto need = [&](const char* key, bool is_set) {
    if (secure || !is_set) return;
    problems.add_found(table + '.' + key, "found without an https address, for which alone it is");
  };
  need("server_name", !upstream.server_name.empty());
  need("ca_file", !upstream.ca_file.empty());
  need("client_certificate", !upstream.client_certificate.empty());
}

void check_upstream(const edge::upstream_settings& upstream, const std::string& table,
                    report& problems) {
  check_addresses(upstream, table, problems);
  check_tls(upstream, table, problems);
  check_order(table, {"ejection", upstream.health.ejection},
              {"max_ejection", upstream.health.longest_ejection}, problems);
  check_order(table, {"health_timeout", upstream.health_timeout},
              {"health_interval", upstream.health.interval}, problems);
  if (upstream.head.start_line > upstream.head.bytes) {
    problems.add_found(table + ".limits.status_line",
                       "found " + std::to_string(upstream.head.start_line) +
                           ", which is more than header_bytes (" +
                           std::to_string(upstream.head.bytes) + ") leaves room for");
  }
  if (problems.blames(table)) return;
  passes(table, problems, [&] { edge::check(upstream.health); });
  passes(table, problems, [&] { edge::check(upstream.retry); });
}

// For a route with neither or both, nothing else can be said.
bool check_answerer(const config& value, const route_config& route, const std::string& table,
                    report& problems) {
  const bool handler = !route.handler.empty() || problems.blames(table + ".handler");
  if (handler == !route.upstream.empty()) {
    problems.add_found(table + (handler ? ".upstream" : ".handler"),
                       handler ? "found beside handler; expected one of the two"
                               : "missing; expected handler or upstream, which answers");
    return false;
  }
  if (route.upstream.empty()) return true;
  std::vector<std::string> names;
  for (const auto& one : value.upstreams) names.push_back(one.name);
  if (std::find(names.begin(), names.end(), route.upstream) != names.end()) return true;
  problems.add_found(table + ".upstream", "found " + shown_string(route.upstream) +
                                              ", which no [[upstream]] has as its name" +
                                              did_you_mean(nearest(route.upstream, names)));
  return true;
}

constexpr std::size_t max_handler_body = std::size_t{1024} * 1024 * 1024;

void check_handler_route(const route_config& route, const std::string& table, report& problems) {
  const edge::forward_settings unset;
  const auto& is = route.forward;
  const auto refuse = [&](const char* key, bool as_unset) {
    if (as_unset) return;
    problems.add_found(table + '.' + key, "found without upstream, for which alone it is");
  };
  refuse("strip_prefix", is.rewrite.from.empty());
  refuse("replace_prefix", is.rewrite.to.empty());
  // Those of a route that is only asked about are told to who asks.
  if (route.handler != checked_handler) {
    refuse("claims_to_headers", is.headers.claims.empty());
  }
  refuse("token_to_upstream", is.headers.token == unset.headers.token);
  refuse("host", is.headers.host == unset.headers.host);
  refuse("upgrades", is.headers.upgrades == unset.headers.upgrades);
  refuse("end_with_token", is.end_with_token == unset.end_with_token);
  refuse("answer_timeout", is.answer_timeout == unset.answer_timeout);
  refuse("idle_timeout", is.idle_timeout == unset.idle_timeout);
  if (route.body_bytes > max_handler_body) {
    problems.add_found(table + ".body_bytes", "found " + std::to_string(route.body_bytes) +
                                                  "; a handler takes at most " +
                                                  std::to_string(max_handler_body));
  }
}

void check_rewrite(const route_config& route, const std::string& table, report& problems) {
  const auto& rewrite = route.forward.rewrite;
  // A pattern that is none has been told of.
  if (route.path.empty() || problems.blames(table + ".path")) return;
  // Set by replace_prefix.
  const bool from_base = !rewrite.to.empty() && rewrite.from == base_of(route.path);
  const auto key = table + (from_base ? ".replace_prefix" : ".strip_prefix");
  if (from_base && rewrite.from.find('{') != rewrite.from.npos) {
    return problems.add_found(key,
                              "found without strip_prefix on a route with parameters; expected "
                              "strip_prefix, the part that is replaced");
  }
  const http::route_pattern pattern{route.path};
  if (!passes(key, problems, [&] { edge::check({rewrite.from, {}}, pattern); })) return;
  passes(table + ".replace_prefix", problems, [&] { edge::check(rewrite, pattern); });
}

// Each setting by itself first, so that what is wrong is told where it stands.
void check_headers(const route_config& route, const std::string& table, bool with_places,
                   report& problems) {
  const auto& headers = route.forward.headers;
  const auto try_with = [&](const std::string& key, const auto& set) {
    edge::header_settings some;
    some.upgrades.clear();
    set(some);
    passes(key, problems, [&some] { const edge::header_rules tried{std::move(some)}; });
  };
  const auto claims = table + ".claims_to_headers";
  for (const auto& one : headers.claims) {
    try_with(claims + '.' + toml_key(one.name), [&one](auto& some) { some.claims = {one}; });
  }
  try_with(claims, [&](auto& some) {
    some.claims = headers.claims;
    some.token = headers.token;
    if (with_places) some.places = headers.places;
  });
  for (std::size_t i = 0; i < headers.upgrades.size(); ++i) {
    try_with(table + ".upgrades." + std::to_string(i),
             [&](auto& some) { some.upgrades = {headers.upgrades[i]}; });
  }
  check_distinct(headers.upgrades, table + ".upgrades", problems);
  try_with(table + ".host", [&headers](auto& some) {
    some.host = headers.host;
    some.host_name = headers.host_name;
  });
}

// Fields that hold tokens are taken away from what is forwarded, wherever that goes. True where
// that can be done.
bool check_token_places(const config& value, report& problems) {
  bool good = true;
  for (std::size_t i = 0; i < value.issuers.size(); ++i) {
    const auto& places = value.issuers[i].token_from;
    for (std::size_t j = 0; j < places.size(); ++j) {
      edge::header_settings some;
      some.places = {places[j]};
      good &= passes(at(at("issuer", i) + ".token_from", j), problems,
                     [&some] { const edge::header_rules tried{std::move(some)}; });
    }
  }
  return good;
}

}  // namespace

void check_upstreams(const config& value, report& problems) {
  std::map<std::string, std::size_t> seen;
  for (std::size_t i = 0; i < value.upstreams.size(); ++i) {
    const auto& one = value.upstreams[i];
    check_upstream(one, at("upstream", i), problems);
    if (one.name.empty()) continue;
    const auto [first, fresh] = seen.emplace(one.name, i);
    if (fresh) continue;
    problems.add_found(at("upstream", i) + ".name", "found " + shown_string(one.name) +
                                                        ", which is upstream." +
                                                        std::to_string(first->second) + " already");
  }
  check_distinct(value.server.trusted_proxies, "server.trusted_proxies", problems);
}

void check_forwarding(const config& value, report& problems) {
  const bool forwards = std::any_of(value.routes.begin(), value.routes.end(),
                                    [](const auto& one) { return !one.upstream.empty(); });
  const bool places = !forwards || check_token_places(value, problems);
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    const auto& route = value.routes[i];
    const auto table = at("route", i);
    if (route.is_public && !route.scopes.empty()) {
      problems.add_found(table + ".scopes",
                         "found with public = true, where no token is asked for; expected one of "
                         "the two");
    }
    if (!check_answerer(value, route, table, problems)) continue;
    if (route.upstream.empty()) {
      check_handler_route(route, table, problems);
      if (route.handler == checked_handler) check_headers(route, table, false, problems);
      continue;
    }
    check_rewrite(route, table, problems);
    check_headers(route, table, places, problems);
  }
  if (!problems.empty()) return;
  // All of it together, as it will be used.
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    const auto& route = value.routes[i];
    if (route.upstream.empty()) continue;
    passes(at("route", i), problems,
           [&route] { const edge::header_rules made{route.forward.headers}; });
  }
}

}  // namespace latchkey::app
