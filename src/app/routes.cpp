#include <latchkey/app/checks.hpp>
#include <latchkey/app/handlers/docs.hpp>
#include <latchkey/app/handlers/log.hpp>
#include <latchkey/app/handlers/resource_metadata.hpp>
#include <latchkey/app/log_metrics.hpp>
#include <latchkey/app/resources.hpp>
#include <latchkey/app/route_handlers.hpp>
#include <latchkey/app/routes.hpp>
#include <latchkey/auth/require_scope.hpp>
#include <latchkey/core/ascii.hpp>
#include <latchkey/edge/forward.hpp>
#include <latchkey/edge/mcp_guard.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/http/router.hpp>
#include <latchkey/middleware/answer_headers.hpp>
#include <latchkey/middleware/body_limits.hpp>
#include <latchkey/middleware/cors.hpp>
#include <latchkey/middleware/deadline.hpp>
#include <latchkey/middleware/known_host.hpp>
#include <latchkey/middleware/rate_limit.hpp>
#include <latchkey/middleware/recover.hpp>
#include <latchkey/middleware/request_id.hpp>
#include <latchkey/middleware/require_certificate.hpp>
#include <latchkey/middleware/trace_request.hpp>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace latchkey::app {
namespace {

http::handler handler_named(const std::string& name, const handler_parts& parts) {
  if (const auto* found = find_route_handler(name)) return found->make(parts);
  throw std::invalid_argument{"no handler is named \"" + name + "\""};
}

std::function<void(const http::context&, std::string_view)> report_failure(
    const pipeline_parts& parts) {
  return [events = parts.events](const http::context& ctx, std::string_view what) {
    events->event(log_level::error, "handler_failed",
                  {{"id", boost::json::string_view{ctx.request_id}},
                   {"what", boost::json::string_view{what}}});
  };
}

// Null where none is to be added.
std::shared_ptr<const std::vector<middleware::answer_header>> added_headers(
    const headers_config& of) {
  std::vector<middleware::answer_header> made;
  const auto add = [&made](std::string name, const std::string& value, bool https_only = false) {
    if (!value.empty()) made.push_back({core::to_lower(std::move(name)), value, https_only});
  };
  add("strict-transport-security", of.hsts, true);
  if (of.content_type_options) add("x-content-type-options", "nosniff");
  add("x-frame-options", of.frame_options);
  add("referrer-policy", of.referrer_policy);
  for (const auto& one : of.fields) add(one.name, one.value);
  if (made.empty()) return nullptr;
  return std::make_shared<const std::vector<middleware::answer_header>>(std::move(made));
}

std::vector<http::middleware> outer_layers(const pipeline_parts& parts) {
  return {
      // The name first: everything inside may want to log it, and the end of the exchange does.
      middleware::request_id{parts.make_request_id},
      // Around all that may have bugs.
      middleware::recover{report_failure(parts)},
  };
}

// What the route says, and the server where it says nothing.
http::body_limits body_limits_of(const route_config& route, const server_config& server) {
  http::body_limits limits;
  limits.bytes = route.body_bytes != 0 ? route.body_bytes : server.limits.body_bytes;
  limits.whole =
      route.body_timeout.count() != 0 ? route.body_timeout : server.timeouts.session.body;
  return limits;
}

// Of a body that is read whole before anything is answered, which is a part of the route's time.
http::body_limits whole_limits_of(const route_config& route, const server_config& server) {
  auto limits = body_limits_of(route, server);
  const core::steady_duration all = route.request_timeout;
  constexpr core::steady_duration unbounded{0};
  if (all != unbounded && (limits.whole == unbounded || all < limits.whole)) limits.whole = all;
  return limits;
}

// Of a body that is passed on only the pauses are bounded: it may be as long as it likes.
http::body_limits forwarded_limits_of(const route_config& route, const server_config& server) {
  auto limits = body_limits_of(route, server);
  limits.idle = std::exchange(limits.whole, core::steady_duration{0});
  return limits;
}

std::chrono::milliseconds time_of(const route_config& route, const server_config& server) {
  return route.request_timeout.count() != 0 ? route.request_timeout : server.timeouts.request;
}

http::middleware tracing(const config& settings, const pipeline_parts& parts) {
  const auto& of = settings.trace;
  middleware::trace_settings made;
  made.sampler = trace::ratio_sampler{of.sample};
  made.propagate = of.propagate;
  if (!of.endpoint.empty()) made.to = parts.spans;
  return middleware::trace_request{std::make_shared<const middleware::trace_settings>(made)};
}

http::handler forwarding(const route_config& route, const pipeline_parts& parts) {
  auto to = parts.upstream ? parts.upstream(route.upstream) : nullptr;
  if (!to) throw std::invalid_argument{"no upstream is named \"" + route.upstream + "\""};
  auto settings = route.forward;
  // What goes through a tunnel is judged by nobody.
  if (route.mcp.enabled) settings.headers.upgrades.clear();
  return edge::forward(
      std::make_shared<const edge::forwarding_route>(std::move(to), std::move(settings)));
}

// What is forwarded may take as long as both sides go on.
struct without_deadline {
  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const {
    ctx.deadline = {};
    return next(ctx);
  }
};

using cors_of_route = std::shared_ptr<const middleware::cors_policy>;

// Null where the route says nothing of CORS.
cors_of_route cors_of(const route_config& route) {
  if (route.cors.origins.empty()) return nullptr;
  std::vector<std::string> methods;
  for (const auto one : route.methods) methods.emplace_back(boost::beast::http::to_string(one));
  if (route.every_method) methods = {"DELETE", "GET", "PATCH", "POST", "PUT"};
  return std::make_shared<const middleware::cors_policy>(route.cors, methods);
}

// Null where it has none of the kind. A reload finds the buckets of a limit again by path and
// methods of the route.
std::shared_ptr<const std::vector<middleware::limiter>> limits_of(const route_config& route,
                                                                  const pipeline_parts& parts,
                                                                  bool by_address) {
  if (route.limits.empty()) return nullptr;
  if (!parts.limits) throw std::invalid_argument{"a limit without a store"};
  std::vector<std::string> methods;
  for (const auto one : route.methods) methods.emplace_back(boost::beast::http::to_string(one));
  std::sort(methods.begin(), methods.end());
  std::string identity = route.path;
  for (const auto& one : methods) identity += ' ' + one;
  return middleware::make_limits(parts.limits, route.limits, route.path, identity, by_address);
}

// Null where the route leads to no MCP server.
std::shared_ptr<const edge::mcp_rules> mcp_of(const route_config& route) {
  if (!route.mcp.enabled) return nullptr;
  return std::make_shared<const edge::mcp_rules>(route.mcp);
}

// The guards stand inside the route, behind the router: a path or a method that does not exist is
// 404 or 405 for everybody, and a token is judged only where one is asked for.
std::vector<http::middleware> guards_of_route(const route_config& route, const config& settings,
                                              const pipeline_parts& parts,
                                              const cors_of_route& cors) {
  const auto mcp = mcp_of(route);
  // A message that is judged is read whole before any of it is forwarded.
  const bool streams = !route.upstream.empty() && (!mcp || mcp->settings().upstream_checks);
  std::vector<http::middleware> guards;
  if (cors) {
    // Around all that answers: a page is to be able to read why it was refused, and what failed.
    guards.emplace_back(middleware::cors{cors});
    guards.emplace_back(middleware::recover{report_failure(parts)});
  }
  // From here on work is done on the request's behalf.
  guards.emplace_back(middleware::deadline{parts.clock, time_of(route, settings.server)});
  guards.emplace_back(middleware::body_limits{streams ? forwarded_limits_of(route, settings.server)
                                                      : whole_limits_of(route, settings.server)});
  // A page that may not ask is told no more than that.
  if (mcp) guards.emplace_back(edge::mcp_origin{mcp});
  // Before the token is judged, which costs more.
  if (auto limits = limits_of(route, parts, true)) {
    guards.emplace_back(middleware::rate_limit{std::move(limits)});
  }
  if (route.needs_certificate) guards.emplace_back(middleware::require_certificate{});
  const auto resource = protection_of(settings, route);
  if (!route.is_public) guards.emplace_back(auth::authenticate{parts.issuers, resource});
  // Before scopes are looked at: who asks for what he may not counts as well.
  if (auto limits = limits_of(route, parts, false)) {
    guards.emplace_back(middleware::rate_limit{std::move(limits)});
  }
  // Clients of MCP ask for more by 403 alone.
  const auto refused_with =
      mcp ? http::status::forbidden
          : static_cast<http::status>(settings.server.insufficient_scope_status);
  auth::require_scope scopes{route.scopes, refused_with, resource};
  if (mcp) {
    guards.emplace_back(edge::mcp_guard{mcp, body_limits_of(route, settings.server).bytes,
                                        std::move(scopes), route.is_public});
  } else if (!route.scopes.empty()) {
    guards.emplace_back(std::move(scopes));
  }
  return guards;
}

http::handler guarded(const route_config& route, const config& settings,
                      const pipeline_parts& parts, const cors_of_route& cors) {
  // Nobody is told more of it than of a path that does not exist.
  if (route.handler == checked_handler) return handler_named(route.handler, parts.handlers);
  auto guards = guards_of_route(route, settings, parts, cors);
  if (route.upstream.empty()) {
    return http::chain(std::move(guards), handler_named(route.handler, parts.handlers));
  }
  // Else it is what it has been since the head came, whatever the guards have waited for.
  if (route.request_timeout.count() == 0) guards.emplace_back(without_deadline{});
  return http::chain(std::move(guards), forwarding(route, parts));
}

// A page that may ask is let through to who stands behind the neighbour: the answer to a check is
// none to a preflight.
struct checked_preflight {
  cors_of_route policy;
  http::handler told;

  async::task<http::response> operator()(http::context& ctx) const {
    if (policy->allows(ctx.request)) return told(ctx);
    return refuse(ctx);
  }

  static async::task<http::response> refuse(http::context& ctx) {
    ctx.reason = "cross_origin";
    co_return http::problem(http::status::forbidden, "Cross-origin request");
  }
};

http::route checks(const config& settings, const pipeline_parts& parts) {
  return check_route(
      settings,
      [&](const route_config& route, const http::handler& last) {
        const auto cors = cors_of(route);
        return checked_guards{
            http::chain(guards_of_route(route, settings, parts, cors), last),
            cors ? http::handler{checked_preflight{cors, last}} : http::handler{}};
      },
      parts.threads);
}

}  // namespace

http::handler make_pipeline(const config& settings, const pipeline_parts& parts) {
  std::vector<http::route> routes;
  routes.reserve(settings.routes.size());
  for (const auto& route : settings.routes) {
    const auto cors = route.handler == checked_handler ? nullptr : cors_of(route);
    routes.push_back({route.path, route.methods, guarded(route, settings, parts, cors),
                      route.every_method, cors ? middleware::preflight(cors) : http::handler{}});
  }
  if (!settings.forward_auth.path.empty()) routes.push_back(checks(settings, parts));
  auto metadata = resource_routes(settings);
  std::move(metadata.begin(), metadata.end(), std::back_inserter(routes));
  if (parts.docs) {
    auto pages = docs_routes(parts.docs);
    std::move(pages.begin(), pages.end(), std::back_inserter(routes));
  }
  if (parts.index_of) {
    for (auto& one : routes) one.index = parts.index_of(one.pattern);
  }
  auto layers = outer_layers(parts);
  // Around all that answers, 404 and what failed among it.
  if (auto headers = added_headers(settings.server.headers)) {
    layers.insert(layers.begin(), middleware::answer_headers{std::move(headers)});
  }
  // First of all: everything else is part of what it measures.
  if (settings.trace.enabled) layers.insert(layers.begin(), tracing(settings, parts));
  return http::chain(std::move(layers), http::router{std::move(routes)});
}

http::handler make_admin_pipeline(const pipeline_parts& parts, std::vector<std::string> hosts,
                                  admin_parts answers) {
  const auto report = [events = parts.events](const http::context& ctx, std::string_view what) {
    events->event(log_level::error, "handler_failed",
                  {{"path", boost::json::string_view{ctx.target.path}},
                   {"what", boost::json::string_view{what}}});
  };
  auto routes = health_routes(std::move(answers.readiness));
  const auto with_log = [events = parts.events,
                         rest = std::move(answers.metrics)](metrics_text& page) {
    write_log_metrics(page, events->losses());
    if (rest) rest(page);
  };
  routes.push_back(metrics_route(with_log, parts.clock.wall()));
  routes.push_back(log_route(parts.events));
  routes.push_back(status_route(std::move(answers.status), parts.clock));
  if (answers.reload) routes.push_back(reload_route(std::move(answers.reload)));
  // No access log: probes and scrapes come every few seconds and say nothing.
  return http::chain({middleware::recover{report}, middleware::known_host{std::move(hosts)}},
                     http::router{std::move(routes)});
}

}  // namespace latchkey::app
