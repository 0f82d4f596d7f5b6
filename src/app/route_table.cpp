#include <latchkey/app/checks.hpp>
#include <latchkey/app/config_load.hpp>
#include <latchkey/app/documents.hpp>
#include <latchkey/app/resources.hpp>
#include <latchkey/app/route_handlers.hpp>
#include <latchkey/app/route_table.hpp>
#include <latchkey/http/route_pattern.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>

namespace latchkey::app {
namespace {

namespace json = boost::json;

std::string joined(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : ", ") + one;
  return text;
}

std::vector<std::string> methods_of(const route_config& route) {
  if (route.every_method) return {"*"};
  std::vector<std::string> names;
  for (const auto one : route.methods) names.emplace_back(boost::beast::http::to_string(one));
  return names;
}

// Of one pattern those go first that name their methods.
std::vector<std::size_t> in_order(const std::vector<route_config>& routes) {
  std::vector<std::size_t> order(routes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<http::route_pattern> patterns;
  for (const auto& one : routes) patterns.emplace_back(one.path);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (is_more_specific(patterns[a], patterns[b])) return true;
    if (is_more_specific(patterns[b], patterns[a])) return false;
    return !routes[a].every_method && routes[b].every_method;
  });
  return order;
}

constexpr const char* page = "the documentation page";
// No names that a route can have.
constexpr const char* metadata_handler = "the metadata of a resource";
constexpr const char* checks_handler = "the checks of other proxies";

// The routes that the server has besides.
std::vector<route_config> with_ours(const config& checked) {
  auto all = checked.routes;
  for (auto& path : page_paths(checked)) {
    route_config made;
    made.path = std::move(path);
    made.methods = {http::verb::get};
    made.is_public = true;
    all.push_back(std::move(made));
  }
  for (const auto& one : checked.resources) {
    route_config made;
    made.path = metadata_path(one);
    made.methods = {http::verb::get};
    made.is_public = true;
    made.handler = metadata_handler;
    all.push_back(std::move(made));
  }
  if (!checked.forward_auth.path.empty()) {
    route_config made;
    made.path = check_pattern(checked.forward_auth);
    made.every_method = true;
    made.is_public = true;
    made.handler = checks_handler;
    all.push_back(std::move(made));
  }
  return all;
}

}  // namespace

std::vector<std::string> page_paths(const config& checked) {
  std::vector<std::string> paths;
  if (!checked.docs.enabled) return paths;
  const documents pages{checked.docs, "{}"};
  for (const auto& one : pages.all()) paths.push_back(one.path);
  return paths;
}

std::string needs_of(const route_config& route) {
  const std::string certificate = route.needs_certificate ? "certificate" : "";
  if (route.is_public) return certificate.empty() ? "nothing" : certificate;
  auto token = route.scopes.empty() ? "token" : "token with " + joined(route.scopes);
  if (route.mcp.enabled) token += ", and what the MCP message needs";
  return certificate.empty() ? token : certificate + ", " + token;
}

std::string answers_of(const route_config& route) {
  if (!route.upstream.empty()) return "upstream " + route.upstream;
  if (route.handler == checked_handler) return "404, but for checks";
  if (route.handler == checks_handler || route.handler == metadata_handler) return route.handler;
  return route.handler.empty() ? page : "handler " + route.handler;
}

const route_config* find_route(const config& checked, std::string_view pattern, http::verb method) {
  const auto find = [&](const auto& takes) -> const route_config* {
    for (const auto& one : checked.routes) {
      if (one.path == pattern && takes(one)) return &one;
    }
    return nullptr;
  };
  const auto names = [](http::verb wanted) {
    return [wanted](const route_config& one) {
      return std::find(one.methods.begin(), one.methods.end(), wanted) != one.methods.end();
    };
  };
  if (const auto* found = find(names(method))) return found;
  if (method == http::verb::head) {
    if (const auto* found = find(names(http::verb::get))) return found;
  }
  return find([](const route_config& one) { return one.every_method; });
}

route_config route_of_ours(const config& checked, std::string_view pattern) {
  for (const auto& one : with_ours(checked)) {
    if (one.path == pattern) return one;
  }
  return {};
}

std::vector<route_row> route_rows(const config& checked) {
  const auto all = with_ours(checked);
  std::vector<route_row> rows;
  for (const auto index : in_order(all)) {
    const auto& one = all[index];
    rows.push_back({one.path, joined(methods_of(one)), needs_of(one), answers_of(one)});
  }
  return rows;
}

std::string route_text(const config& checked) {
  auto rows = route_rows(checked);
  rows.insert(rows.begin(), {"PATH", "METHODS", "NEEDS", "ANSWERED BY"});
  std::array<std::size_t, 3> widths{};
  const auto cells = [](const route_row& row) {
    return std::array<const std::string*, 3>{&row.path, &row.methods, &row.needs};
  };
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], cells(row)[i]->size());
    }
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < widths.size(); ++i) {
      const auto& cell = *cells(row)[i];
      text += cell + std::string(widths[i] - cell.size() + 2, ' ');
    }
    text += row.answers + '\n';
  }
  return text;
}

json::object route_json(const config& checked) {
  json::array routes;
  for (const auto index : in_order(checked.routes)) {
    const auto& one = checked.routes[index];
    const auto methods = methods_of(one);
    json::object row{{"path", one.path},
                     {"methods", json::array(methods.begin(), methods.end())},
                     {"public", one.is_public},
                     {"scopes", json::array(one.scopes.begin(), one.scopes.end())}};
    const bool forwards = !one.upstream.empty();
    row[forwards ? "upstream" : "handler"] = forwards ? one.upstream : one.handler;
    if (const auto resource = resource_of(checked, one)) {
      row["resource"] = checked.resources[*resource].identifier;
    }
    routes.emplace_back(std::move(row));
  }
  json::array findings;
  for (const auto& one : foresee_routes(checked, {})) {
    findings.push_back({{"key", one.key}, {"message", one.message}});
  }
  return {{"routes", std::move(routes)}, {"findings", std::move(findings)}};
}

}  // namespace latchkey::app
