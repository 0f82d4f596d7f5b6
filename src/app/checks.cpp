#include <latchkey/app/checks.hpp>
#include <latchkey/edge/forward_auth.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/net/network.hpp>

#include <memory>
#include <utility>

namespace latchkey::app {
namespace {

std::vector<net::network> networks_of(const std::vector<std::string>& texts) {
  std::vector<net::network> all;
  for (const auto& text : texts) {
    if (const auto one = net::network::parse(text)) all.push_back(*one);
  }
  return all;
}

// A check has no body, by which alone a message can be judged.
async::task<http::response> refuse_mcp(http::context& ctx) {
  ctx.reason = "mcp_check";
  co_return http::problem(http::status::forbidden, "Not answered by a check");
}

}  // namespace

std::string check_pattern(const forward_auth_config& of) {
  return of.path.empty() ? std::string{} : of.path + "/*";
}

std::vector<std::string> identities_of(const config& checked) {
  std::vector<edge::header_settings> all;
  for (const auto& route : checked.routes) all.push_back(route.forward.headers);
  all.emplace_back().claims = checked.forward_auth.claims;
  return edge::identity_names(all);
}

edge::header_settings told_of(const config& checked, const route_config& route) {
  auto says = route.forward.headers;
  if (says.claims.empty()) says.claims = checked.forward_auth.claims;
  return says;
}

http::route check_route(const config& checked, const guards_of& guards,
                        const async::io_pool* threads) {
  const auto& settings = checked.forward_auth;
  const auto identities = identities_of(checked);
  std::shared_ptr<const edge::identity_caches> known;
  if (threads != nullptr) {
    known = std::make_shared<const edge::identity_caches>(
        *threads, [](std::size_t) { return std::make_unique<edge::identity_cache>(); });
  }
  std::vector<http::route> routes;
  for (const auto& route : checked.routes) {
    auto fields =
        std::make_shared<const edge::identity_fields>(told_of(checked, route), identities);
    auto made = route.mcp.enabled ? checked_guards{refuse_mcp, {}}
                                  : guards(route, edge::tell_identity(std::move(fields), known));
    routes.push_back({route.path, route.methods, std::move(made.answer), route.every_method,
                      std::move(made.preflight)});
  }
  edge::forward_auth_settings by{
      settings.path, networks_of(settings.trusted_proxies), {}, identities};
  by.proxies = networks_of(checked.server.trusted_proxies);
  by.proxies.insert(by.proxies.end(), by.trusted.begin(), by.trusted.end());
  http::route all;
  all.pattern = check_pattern(settings);
  all.every_method = true;
  all.handler = edge::forward_auth(std::move(by), http::router{std::move(routes)});
  return all;
}

}  // namespace latchkey::app
