#include "config_forwarding.hpp"
#include "openapi_answers.hpp"
#include "openapi_notes.hpp"

#include <latchkey/app/openapi.hpp>
#include <latchkey/app/route_handlers.hpp>

#include <boost/beast/http/verb.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

namespace json = boost::json;

constexpr const char* oauth2_scheme = "OAuth2AuthorizationCodeBearer";
constexpr const char* bearer_scheme = "Bearer";

bool has_oauth2(const docs_config& docs) {
  return !docs.authorization_url.empty() && !docs.token_url.empty();
}

std::string lower_name(http::verb method) {
  std::string name{boost::beast::http::to_string(method)};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

json::object security_schemes(const docs_config& docs) {
  if (!has_oauth2(docs)) {
    return {{bearer_scheme, {{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}}}};
  }
  json::object scopes;
  for (const auto& one : docs.scopes) scopes[one.name] = one.description;
  return {{oauth2_scheme,
           {{"type", "oauth2"},
            {"flows",
             {{"authorizationCode",
               {{"scopes", std::move(scopes)},
                {"authorizationUrl", docs.authorization_url},
                {"tokenUrl", docs.token_url}}}}}}}};
}

json::object security(const docs_config& docs, const route_config& route) {
  return {{has_oauth2(docs) ? oauth2_scheme : bearer_scheme,
           json::array(route.scopes.begin(), route.scopes.end())}};
}

// The parts of "/notes/{id}" that are parameters, as OpenAPI lists them.
json::array parameters(std::string_view path) {
  json::array all;
  for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) {
    const auto name = path.substr(open + 1, path.find('}', open) - open - 1);
    all.push_back({{"name", json::string_view{name.data(), name.size()}},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "string"}}}});
  }
  return all;
}

// The path that stands for the route in the document: OpenAPI has no prefixes, so that the rest is
// a parameter there.
std::string documented_path(const route_config& route) {
  if (!route.path.ends_with("/*")) return route.path;
  const auto base = base_of(route.path);
  std::string name = "path";
  while (base.find('{' + name + '}') != base.npos) name += '_';
  return base + "/{" + name + '}';
}

std::vector<http::verb> documented_methods(const route_config& route) {
  using http::verb;
  if (!route.every_method) return route.methods;
  return {verb::get, verb::post, verb::put, verb::patch, verb::delete_};
}

// Of what takes all of something one has to say what it is. What is for checks alone is not here.
bool is_documented(const route_config& route) {
  if (route.handler == checked_handler) return false;
  return !route.summary.empty() || (!route.every_method && !route.path.ends_with("/*"));
}

json::object operation(const docs_config& docs, const route_config& route, http::verb method,
                       unsigned insufficient_scope_status) {
  json::object made;
  if (!route.tags.empty()) made["tags"] = json::array(route.tags.begin(), route.tags.end());
  if (!route.summary.empty()) made["summary"] = route.summary;
  if (!route.description.empty()) made["description"] = route.description;
  if (!route.operation_id.empty()) {
    // An operationId is unique in the document, so a route of many methods tells them apart.
    made["operationId"] = documented_methods(route).size() == 1
                              ? route.operation_id
                              : route.operation_id + "_" + lower_name(method);
  }
  if (auto list = parameters(documented_path(route)); !list.empty())
    made["parameters"] = std::move(list);
  made["responses"] = openapi_answers(route, method, insufficient_scope_status);
  // An empty list says that none is asked for.
  made["security"] = route.is_public ? json::array{} : json::array{security(docs, route)};
  describe_notes(route, made);
  return made;
}

json::object info(const docs_config& docs) {
  json::object made{{"title", docs.title}, {"version", docs.version}};
  if (!docs.description.empty()) made["description"] = docs.description;
  if (docs.license.empty()) return made;
  json::object license{{"name", docs.license}};
  if (docs.license_url.empty()) {
    license["identifier"] = docs.license;
  } else {
    license["url"] = docs.license_url;
  }
  made["license"] = std::move(license);
  return made;
}

json::array tags(const docs_config& docs) {
  json::array all;
  for (const auto& one : docs.tags) {
    json::object tag{{"name", one.name}};
    if (!one.description.empty()) tag["description"] = one.description;
    all.emplace_back(std::move(tag));
  }
  return all;
}

}  // namespace

std::string openapi_json(const docs_config& docs, std::span<const route_config> routes,
                         unsigned insufficient_scope_status) {
  json::object paths;
  for (const auto& route : routes) {
    if (!is_documented(route)) continue;
    auto& item = paths.emplace(documented_path(route), json::object{}).first->value().as_object();
    for (const auto method : documented_methods(route)) {
      auto made = operation(docs, route, method, insufficient_scope_status);
      // A method that a route names is that route's, not that of one for every method.
      if (route.every_method) {
        item.emplace(lower_name(method), std::move(made));
      } else {
        item[lower_name(method)] = std::move(made);
      }
    }
  }
  json::object schemas{{"Problem", problem_schema()}};
  add_note_schemas(routes, schemas);
  json::object document{{"openapi", "3.1.1"},
                        {"info", info(docs)},
                        {"servers", json::array{json::object{{"url", "/"}}}}};
  if (!docs.tags.empty()) document["tags"] = tags(docs);
  document["paths"] = std::move(paths);
  document["components"] = {{"securitySchemes", security_schemes(docs)},
                            {"schemas", std::move(schemas)}};
  return json::serialize(document);
}

}  // namespace latchkey::app
