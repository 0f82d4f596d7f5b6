#include "check_explanation.hpp"

#include <latchkey/app/checks.hpp>
#include <latchkey/app/route_table.hpp>
#include <latchkey/core/principal.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/path_rules.hpp>
#include <latchkey/edge/problem.hpp>
#include <latchkey/http/router.hpp>
#include <latchkey/http/target.hpp>

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::app {
namespace {

namespace json = boost::json;

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

check_told refused(std::string why) {
  return {403, std::move(why), {}};
}

http::router router_of(const config& checked) {
  std::vector<http::route> routes;
  for (const auto& one : checked.routes) {
    routes.push_back({one.path, one.methods, {}, one.every_method});
  }
  return http::router{std::move(routes)};
}

std::string condition_of(const config& checked, const route_config& route) {
  if (route.is_public) return "for everybody";
  auto text = "with a " + needs_of(route) + ", without one 401";
  if (!route.scopes.empty()) {
    text += ", without the scopes " + std::to_string(checked.server.insufficient_scope_status);
  }
  return text;
}

check_told explain_found(const config& checked, const route_config& route,
                         const std::optional<std::string>& claims) {
  if (route.needs_certificate) return refused("no check knows the client's certificate");
  check_told made{200, condition_of(checked, route), {}};
  core::principal who;
  auto says = told_of(checked, route);
  who.claims = claims ? *claims : stand_in_claims(says);
  http::response answer;
  const edge::identity_fields fields{says, identities_of(checked)};
  if (const auto error = fields.add(route.is_public ? nullptr : &who, answer)) {
    return refused(error.message());
  }
  for (const auto one : answer.fields()) {
    const bool made_up = !claims && one.name == says.claims_field && !one.value.empty();
    made.fields.emplace_back(std::string{one.name},
                             made_up ? "<the claims, JSON in base64url>" : std::string{one.value});
  }
  return made;
}

}  // namespace

// Claims that say what they stand for.
std::string stand_in_claims(edge::header_settings& headers) {
  json::object claims;
  for (auto& one : headers.claims) {
    one.form = edge::claim_form::plain;
    claims[one.claim] = is_visible(one.claim) ? "<the claim " + one.claim + '>' : "<a claim>";
  }
  return json::serialize(claims);
}

check_told explain_check(const config& checked, const http::request_head& asked,
                         const std::optional<std::string>& claims) {
  const auto judged = http::parse_target(asked, true);
  if (judged.has_error() || !judged->path.starts_with('/')) {
    return refused("the method or the path is not acceptable");
  }
  if (const auto fault = edge::find_forwarding_fault(judged->path)) {
    return refused("the path has " + std::string{fault->what});
  }
  http::route_pattern::parameter_list parameters;
  const auto router = router_of(checked);
  const auto decided = router.decide(asked, judged->path, parameters);
  using outcome = http::routing::outcome;
  switch (decided.result) {
    case outcome::found:
      break;
    case outcome::no_path:
      return refused("no route has the path");
    case outcome::ambiguous:
      return refused("the path is of another route to a reader that decodes it");
    case outcome::no_method:
    case outcome::options:
      return refused("no route of the path has the method");
  }
  const auto* route = find_route(checked, decided.pattern, asked.method);
  if (route == nullptr) return refused("no route has the path");
  return explain_found(checked, *route, claims);
}

}  // namespace latchkey::app
