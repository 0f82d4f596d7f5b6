#include "config_forwarding.hpp"
#include "openapi_notes.hpp"

#include <latchkey/app/openapi.hpp>

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
  // Only OAuth2 lets a requirement name scopes in OpenAPI 3.0.
  json::array scopes;
  if (has_oauth2(docs)) scopes = json::array(route.scopes.begin(), route.scopes.end());
  return {{has_oauth2(docs) ? oauth2_scheme : bearer_scheme, std::move(scopes)}};
}

json::object answer_header(const char* description, const char* type) {
  return {{"description", description}, {"schema", {{"type", type}}}};
}

json::object problem_answer(const char* description, json::object headers) {
  json::object made{{"description", description}};
  if (!headers.empty()) made["headers"] = std::move(headers);
  made["content"] = {
      {"application/json", {{"schema", {{"$ref", "#/components/schemas/Problem"}}}}}};
  return made;
}

json::object refusal(const char* description) {
  return problem_answer(
      description,
      {{"WWW-Authenticate", answer_header("The Bearer challenge of RFC 6750", "string")}});
}

json::object too_often() {
  return problem_answer("Asked more often than this operation allows",
                        {{"Retry-After", answer_header("Seconds to wait", "integer")}});
}

json::object responses(const route_config& route, unsigned insufficient_scope_status) {
  json::object good{{"description", "Successful Response"}};
  // What an upstream answers is not known here.
  if (route.upstream.empty()) {
    good["content"] = {{"application/json", {{"schema", json::object{}}}}};
  }
  json::object all{{"200", std::move(good)}};
  if (!route.limits.empty()) all["429"] = too_often();
  if (route.needs_certificate) {
    all["403"] = problem_answer("The connection has no certificate of the client", {});
  }
  if (route.is_public) return all;
  const bool apart = !route.scopes.empty() && insufficient_scope_status == 403;
  all["401"] =
      refusal(route.scopes.empty() || apart
                  ? "No token, or one that could not be validated"
                  : "No token, one that could not be validated, or one without the scopes");
  if (apart) {
    all["403"] = refusal(route.needs_certificate
                             ? "The token lacks a scope that this operation needs, or the "
                               "connection has no certificate of the client"
                             : "The token lacks a scope that this operation needs");
  }
  return all;
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

// Of what takes all of something one has to say what it is.
bool is_documented(const route_config& route) {
  return !route.summary.empty() || (!route.every_method && !route.path.ends_with("/*"));
}

json::object operation(const docs_config& docs, const route_config& route, http::verb method,
                       unsigned insufficient_scope_status) {
  json::object made;
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
  made["responses"] = responses(route, insufficient_scope_status);
  if (!route.is_public) made["security"] = json::array{security(docs, route)};
  describe_notes(route, made);
  return made;
}

json::object problem_schema() {
  return {{"type", "object"},
          {"required", json::array{"detail"}},
          {"properties", {{"detail", {{"type", "string"}}}}}};
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
  const json::object document{{"openapi", "3.0.3"},
                              {"info", {{"title", docs.title}, {"version", docs.version}}},
                              {"servers", json::array{json::object{{"url", "/"}}}},
                              {"paths", std::move(paths)},
                              {"components",
                               {{"securitySchemes", security_schemes(docs)},
                                {"schemas", std::move(schemas)}}}};
  return json::serialize(document);
}

}  // namespace latchkey::app
