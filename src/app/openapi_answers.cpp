#include "openapi_answers.hpp"

#include <latchkey/app/route_handlers.hpp>
#include <latchkey/auth/challenge.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/problem.hpp>
#include <latchkey/http/errc.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/middleware/rate_limit.hpp>
#include <latchkey/middleware/require_certificate.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace latchkey::app {
namespace {

namespace json = boost::json;

struct shown_field {
  const char* name;
  const char* title;  // as the document spells it
  const char* description;
  const char* type;
};
// The fields that tell a client what to do, where an answer has them.
constexpr std::array shown_fields{
    shown_field{"www-authenticate", "WWW-Authenticate", "The challenge (RFC 6750 section 3)",
                "string"},
    shown_field{"retry-after", "Retry-After", "Seconds to wait before asking again", "integer"},
};

struct example {
  const char* name;
  const char* summary;
  http::response answer;
};

json::object header(const char* description, const char* type) {
  return {{"description", description}, {"schema", {{"type", type}}}};
}

// What the limits of a route say on each answer.
void add_limit_headers(json::object& headers) {
  headers["RateLimit-Policy"] =
      header("What each limit allows: `q` requests in any `w` seconds", "string");
  headers["RateLimit"] =
      header("What is left of it: `r` requests, all again in `t` seconds", "string");
}

json::value shown(const shown_field& field, std::string_view value) {
  if (std::string_view{field.type} == "integer") return json::parse(value);
  return json::value(json::string_view{value});
}

// A field is described where one of the examples has it.
json::object headers_of(const std::vector<example>& examples) {
  json::object made;
  for (const auto& field : shown_fields) {
    json::object values;
    for (const auto& one : examples) {
      if (const auto value = one.answer.find(field.name)) {
        values[one.name] = {{"summary", one.summary}, {"value", shown(field, *value)}};
      }
    }
    if (values.empty()) continue;
    auto described = header(field.description, field.type);
    described["examples"] = std::move(values);
    made[field.title] = std::move(described);
  }
  return made;
}

// The body of an example, and the fields that come with it in its description.
json::object example_of(const example& one) {
  json::object made{{"summary", one.summary}};
  std::string with;
  for (const auto& field : shown_fields) {
    if (const auto value = one.answer.find(field.name)) {
      with += (with.empty() ? "With `" : " and `") + std::string{field.title} + ": " +
              std::string{*value} + '`';
    }
  }
  if (!with.empty()) made["description"] = with;
  made["value"] = json::parse(std::get<std::string>(one.answer.body));
  return made;
}

json::object refusal(std::string_view description, const std::vector<example>& examples) {
  json::object made{{"description", json::string_view{description}}};
  if (auto headers = headers_of(examples); !headers.empty()) made["headers"] = std::move(headers);
  json::object bodies;
  for (const auto& one : examples) bodies[one.name] = example_of(one);
  made["content"] = {
      {"application/json",
       {{"schema", {{"$ref", "#/components/schemas/Problem"}}}, {"examples", std::move(bodies)}}}};
  return made;
}

json::object success(const route_config& route) {
  json::object made{{"description", "Successful Response"}};
  if (!route.limits.empty()) {
    json::object headers;
    add_limit_headers(headers);
    made["headers"] = std::move(headers);
  }
  // What an upstream answers is not known here.
  if (!route.upstream.empty()) return made;
  json::object content{{"schema", json::object{}}};
  if (const auto* handler = find_route_handler(route.handler);
      handler != nullptr && !handler->schema.empty()) {
    content["schema"] = json::parse(handler->schema);
    content["example"] = json::parse(handler->example);
  }
  made["content"] = {{"application/json", std::move(content)}};
  return made;
}

json::object bad_request(const route_config& route) {
  std::vector<example> all{{"malformed", "Not well-formed HTTP",
                            http::problem(http::status::bad_request, "Bad Request")}};
  if (!route.is_public) {
    all.push_back({"two_tokens", "Two Authorization fields",
                   auth::challenge(auth::errc::duplicate_authorization)});
  }
  return refusal("The request is not well-formed", all);
}

example missing_scope(const route_config& route, unsigned status) {
  return {"missing_scope", "A token without a scope that this operation needs",
          auth::challenge(auth::errc::insufficient_scope,
                          {.scopes = route.scopes,
                           .insufficient_scope_status = static_cast<http::status>(status)})};
}

json::object unauthorized(const route_config& route, bool scopes_apart) {
  std::vector<example> all{
      {"no_token", "No token", auth::challenge(auth::errc::no_credentials)},
      {"expired", "A token that has expired", auth::challenge(jose::errc::expired)},
      {"bad_signature", "A token that nobody trusted has signed",
       auth::challenge(jose::errc::bad_signature)}};
  if (route.scopes.empty() || scopes_apart) {
    return refusal("No token, or one that could not be validated", all);
  }
  all.push_back(missing_scope(route, 401));
  return refusal("No token, one that could not be validated, or one without the scopes", all);
}

json::object forbidden(const route_config& route, bool scopes_apart) {
  std::vector<example> all;
  if (scopes_apart) all.push_back(missing_scope(route, 403));
  if (route.needs_certificate) {
    all.push_back({"no_certificate", "A connection without a certificate of the client",
                   middleware::certificate_required()});
  }
  if (!scopes_apart) return refusal("The connection has no certificate of the client", all);
  return refusal(route.needs_certificate ? "The token lacks a scope that this operation needs, or "
                                           "the connection has no certificate of the client"
                                         : "The token lacks a scope that this operation needs",
                 all);
}

json::object too_often() {
  auto made = refusal("Asked more often than this operation allows",
                      {{"too_often", "Asked too often", middleware::too_many_requests(1)}});
  add_limit_headers(made["headers"].as_object());
  return made;
}

json::object unavailable(const route_config& route) {
  std::vector<example> all;
  if (!route.is_public) {
    all.push_back({"no_keys", "The keys that tokens are verified with cannot be had",
                   auth::challenge(auth::errc::keys_unavailable)});
  }
  if (!route.upstream.empty()) {
    all.push_back({"no_upstream", "No server behind this one takes the request",
                   edge::problem(edge::errc::no_healthy_address)});
  }
  return refusal("Cannot be answered now; it can be tried again", all);
}

bool may_have_body(http::verb method) {
  return method == http::verb::post || method == http::verb::put || method == http::verb::patch;
}

}  // namespace

json::object openapi_answers(const route_config& route, http::verb method,
                             unsigned insufficient_scope_status) {
  const bool forwards = !route.upstream.empty();
  const bool scopes_apart =
      !route.is_public && !route.scopes.empty() && insufficient_scope_status == 403;
  json::object all{{"200", success(route)}, {"400", bad_request(route)}};
  if (!route.is_public) all["401"] = unauthorized(route, scopes_apart);
  if (scopes_apart || route.needs_certificate) all["403"] = forbidden(route, scopes_apart);
  if (forwards && may_have_body(method)) {
    all["413"] = refusal("The body is larger than this operation takes",
                         {{"too_large", "Too large", http::problem(http::errc::body_too_large)}});
  }
  if (!route.limits.empty()) all["429"] = too_often();
  if (forwards) {
    all["502"] = refusal("The server behind this one gave no answer that can be passed on",
                         {{"no_answer", "No answer", edge::problem(edge::errc::no_answer)}});
  }
  if (forwards || !route.is_public) all["503"] = unavailable(route);
  if (forwards) {
    all["504"] = refusal("The server behind this one took too long",
                         {{"too_late", "Too late", edge::problem(edge::errc::answer_timeout)}});
  }
  return all;
}

json::object problem_schema() {
  return {
      {"title", "Why a request was refused"},
      {"type", "object"},
      {"required", json::array{"detail"}},
      {"properties",
       {{"detail", {{"type", "string"}, {"description", "The reason, in a few fixed words"}}}}}};
}

}  // namespace latchkey::app
