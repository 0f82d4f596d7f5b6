#include "config_check_routes.hpp"

#include "config_check_distinct.hpp"
#include "config_check_resources.hpp"
#include "config_text.hpp"

#include <latchkey/edge/route_findings.hpp>
#include <latchkey/http/route_pattern.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::app {
namespace {

std::string at(std::size_t index, std::string_view key) {
  return "route." + std::to_string(index) + '.' + std::string{key};
}

// GET of these is answered by the documentation page.
bool is_docs_path(std::string_view path) {
  return path == "/" || path == "/openapi.json" || path.starts_with("/docs/");
}

void check_pattern(const route_config& route, std::size_t index, report& problems) {
  try {
    const http::route_pattern tried{route.path};
  } catch (const std::invalid_argument& refused) {
    problems.add_found(at(index, "path"), refused.what());
  }
}

void check_methods(const route_config& route, std::size_t index, report& problems) {
  if (route.every_method && !route.methods.empty()) {
    problems.add_found(at(index, "methods"),
                       "found \"*\" beside a method; it stands for all of them, and alone");
  }
  for (std::size_t i = 0; i < route.methods.size(); ++i) {
    const auto here = route.methods.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find(route.methods.begin(), here, *here) == here) continue;
    problems.add_found(at(index, "methods"), "found " +
                                                 std::string{boost::beast::http::to_string(*here)} +
                                                 " a second time; once is enough");
  }
}

edge::route_outline outline_of(const route_config& route) {
  return {route.path, route.methods, route.every_method, route.is_public};
}

std::string joined(const std::vector<std::string>& methods) {
  std::string text;
  for (const auto& one : methods) {
    text += (text.empty() ? "" : ", ") + (one == "*" ? std::string{"every method"} : one);
  }
  return text;
}

// Of the routes whose patterns are well-formed.
void check_findings(const config& value, report& problems) {
  std::vector<edge::route_outline> outlines;
  std::vector<std::size_t> indexes;
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    if (value.routes[i].path.empty() || problems.blames(at(i, "path"))) continue;
    outlines.push_back(outline_of(value.routes[i]));
    indexes.push_back(i);
  }
  for (const auto& one : edge::find_route_findings(outlines)) {
    if (!edge::is_error(one.kind)) continue;
    const auto other = "route." + std::to_string(indexes[one.other]);
    const auto& path = outlines[one.route].pattern;
    if (one.kind == edge::finding_kind::twice) {
      problems.add_found(
          at(indexes[one.route], "methods"),
          "found " + joined(one.methods) + ' ' + path + ", which " + other + " answers already");
    } else {
      problems.add_found(at(indexes[one.route], "path"),
                         "found " + shown_string(path) + ", which takes the paths of " + other +
                             " and is never reached; expected " +
                             shown_string(outlines[one.other].pattern) + " here as well");
    }
  }
}

}  // namespace

void check_routes(const config& value, report& problems) {
  if (value.routes.empty()) {
    problems.add_found("route", "missing; expected at least one [[route]]");
  }
  std::map<std::string, std::size_t> operations;
  for (std::size_t i = 0; i < value.routes.size(); ++i) {
    const auto& one = value.routes[i];
    check_distinct(one.scopes, at(i, "scopes"), problems);
    check_methods(one, i, problems);
    if (!one.operation_id.empty() && !operations.emplace(one.operation_id, i).second) {
      problems.add_found(at(i, "operation_id"),
                         "found " + shown_string(one.operation_id) + ", which is route." +
                             std::to_string(operations[one.operation_id]) + "'s already");
    }
    if (one.path.empty()) continue;
    check_pattern(one, i, problems);
    if (value.docs.enabled && is_docs_path(one.path)) {
      problems.add_found(at(i, "path"),
                         "found " + shown_string(one.path) +
                             ", which belongs to the documentation page (docs.enabled = true)");
    }
  }
  check_findings(value, problems);
}

diagnostics foresee_routes(const config& checked, const std::filesystem::path& file) {
  std::vector<edge::route_outline> outlines;
  for (const auto& one : checked.routes) outlines.push_back(outline_of(one));
  diagnostics all;
  for (const auto& one : edge::find_route_findings(outlines)) {
    if (edge::is_error(one.kind)) continue;
    all.push_back({file.string(), 0, 0, at(one.route, "path"), edge::describe(one, outlines)});
  }
  auto further = foresee_resources(checked, file);
  std::move(further.begin(), further.end(), std::back_inserter(all));
  return all;
}

}  // namespace latchkey::app
