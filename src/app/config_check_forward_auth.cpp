#include "config_check_forward_auth.hpp"

#include "config_check_distinct.hpp"
#include "config_rules.hpp"
#include "config_text.hpp"

#include <latchkey/app/route_handlers.hpp>
#include <latchkey/edge/header_rules.hpp>
#include <latchkey/edge/path_rules.hpp>
#include <latchkey/http/route_pattern.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace latchkey::app {
namespace {

std::string own(std::string_view key) {
  return "forward_auth." + std::string{key};
}

// Of one that can be a route's prefix.
bool is_good_path(const std::string& path) {
  const bool plain = path.find_first_of("?{}*;%") == path.npos && !path.ends_with('/');
  if (!plain || edge::find_forwarding_fault(path)) return false;
  try {
    const http::route_pattern tried{path + "/*"};
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

void check_path(const config& value, report& problems) {
  const auto& path = value.forward_auth.path;
  if (problems.blames(own("path"))) return;
  if (!is_good_path(path)) {
    return problems.add_found(own("path"), "found " + shown_string(path) +
                                               "; expected a path of plain segments that does "
                                               "not end in '/', like \"/_latchkey/check\"");
  }
  const bool of_page = path == "/openapi.json" || path == "/docs" || path.starts_with("/docs/");
  if (value.docs.enabled && of_page) {
    problems.add_found(own("path"),
                       "found " + shown_string(path) +
                           ", which belongs to the documentation page (docs.enabled = true)");
  }
  const http::route_pattern ours{path + "/*"};
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    const auto key = "route." + std::to_string(i) + ".path";
    if (value.routes[i].path.empty() || problems.blames(key)) continue;
    const auto relation = relate(http::route_pattern{value.routes[i].path}, ours);
    if (relation != http::path_relation::same && relation != http::path_relation::within) continue;
    problems.add_found(key, "found " + shown_string(value.routes[i].path) +
                                ", which is within forward_auth.path (" + shown_string(path) +
                                ") and could never be asked for");
  }
}

// Fields of an answer, which the neighbour takes over by their names.
void check_claims(const std::vector<edge::claim_header>& claims, const std::string& key,
                  report& problems) {
  for (const auto& one : claims) {
    if (rule::is_answer_field(one.name)) continue;
    problems.add_found(key + '.' + toml_key(one.name),
                       "found " + shown_string(one.name) +
                           ", which means something else in the answer to a check "
                           "([forward_auth])");
  }
}

void check_own_claims(const forward_auth_config& settings, report& problems) {
  const auto key = own("claims_to_headers");
  check_claims(settings.claims, key, problems);
  const auto try_with = [&](const std::string& at, std::vector<edge::claim_header> claims) {
    try {
      edge::header_settings some;
      some.claims = std::move(claims);
      const edge::header_rules tried{std::move(some)};
    } catch (const std::invalid_argument& refused) {
      problems.add_found(at, refused.what());
    }
  };
  for (const auto& one : settings.claims) try_with(key + '.' + toml_key(one.name), {one});
  if (!problems.blames(key)) try_with(key, settings.claims);
}

// The connection's certificate is the neighbour's.
void check_no_certificate(const std::vector<edge::claim_header>& claims, const std::string& key,
                          report& problems) {
  for (const auto& one : claims) {
    if (!one.claim.starts_with(edge::certificate_prefix)) continue;
    problems.add_found(key + '.' + toml_key(one.name),
                       "found " + shown_string(one.claim) +
                           ", which no check can tell: the client's certificate is not shown "
                           "here, but to the proxy that asks");
  }
}

void check_checked_route(const route_config& route, const std::string& at, bool asked,
                         report& problems) {
  if (!asked) {
    problems.add_found(at + ".handler",
                       "found \"checked\" without forward_auth.path, so that nobody could ask");
  }
  if (route.needs_certificate) {
    problems.add_found(at + ".client_certificate",
                       "found \"required\" with handler = \"checked\": the client's certificate "
                       "is not shown here, but to the proxy that asks");
  }
  check_no_certificate(route.forward.headers.claims, at + ".claims_to_headers", problems);
}

}  // namespace

void check_forward_auth(const config& value, report& problems) {
  const auto& settings = value.forward_auth;
  const bool asked = !settings.path.empty();
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    const auto& route = value.routes[i];
    const auto at = "route." + std::to_string(i);
    if (route.handler == checked_handler) check_checked_route(route, at, asked, problems);
    if (asked) check_claims(route.forward.headers.claims, at + ".claims_to_headers", problems);
  }
  if (!asked) {
    if (settings == forward_auth_config{} || problems.blames(own("path"))) return;
    return problems.add_found(own("path"),
                              "missing; expected the path where other proxies ask, like "
                              "\"/_latchkey/check\"");
  }
  if (settings.trusted_proxies.empty() && !problems.blames(own("trusted_proxies"))) {
    problems.add_found(own("trusted_proxies"),
                       "missing, so that nobody could ask; expected the addresses of the proxies "
                       "that may, like [\"127.0.0.1/32\"]");
  }
  check_distinct(settings.trusted_proxies, own("trusted_proxies"), problems);
  check_path(value, problems);
  check_no_certificate(settings.claims, own("claims_to_headers"), problems);
  check_own_claims(settings, problems);
}

}  // namespace latchkey::app
