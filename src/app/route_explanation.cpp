#include "check_explanation.hpp"

#include <latchkey/app/checks.hpp>
#include <latchkey/app/resources.hpp>
#include <latchkey/app/route_explanation.hpp>
#include <latchkey/app/route_handlers.hpp>
#include <latchkey/app/route_table.hpp>
#include <latchkey/core/ascii.hpp>
#include <latchkey/core/principal.hpp>
#include <latchkey/edge/errc.hpp>
#include <latchkey/edge/header_rules.hpp>
#include <latchkey/edge/path_rules.hpp>
#include <latchkey/edge/problem.hpp>
#include <latchkey/http/fields.hpp>
#include <latchkey/http/router.hpp>
#include <latchkey/http/target.hpp>
#include <latchkey/http/url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace latchkey::app {
namespace {

namespace json = boost::json;

// Of those that are for documentation (RFC 5737).
constexpr std::string_view client_address = "192.0.2.1";

// Who showed none has no such fields.
core::client_certificate stand_in_certificate() {
  core::client_certificate made;
  made.subject = "<cert.subject>";
  made.issuer = "<cert.issuer>";
  made.serial = "<cert.serial>";
  made.sha256 = "<cert.sha256>";
  made.dns.emplace_back("<cert.san.dns>");
  made.uris.emplace_back("<cert.san.uri>");
  made.emails.emplace_back("<cert.san.email>");
  return made;
}

// The question, read. Views are of the request that is asked about.
struct question {
  http::request_head head;
  std::string host;
  std::string target;
  bool secure = true;
  std::uint16_t port = 443;
};

void read_url(const std::string& url, question& made) {
  made.host = "localhost";
  made.target = url;
  if (url.starts_with('/')) return;
  const auto scheme = url.find("://");
  const auto behind = scheme == url.npos ? url.size() : url.find_first_of("/?#", scheme + 3);
  const auto end = std::min(behind, url.size());
  const auto origin = url.substr(0, end);
  const auto parsed = http::parse_url(origin);
  if (!parsed) {
    throw std::invalid_argument{"not an http or https URL, nor a path that starts with '/': " +
                                url};
  }
  made.host = std::string{parsed->authority};
  made.secure = parsed->secure;
  made.port = parsed->port;
  made.target = url.substr(end);
  if (!made.target.starts_with('/')) made.target.insert(0, "/");
}

bool is_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return c != '\t' && core::is_control(c); });
}

void read_fields(const asked_request& asked, question& made) {
  for (const auto& [name, value] : asked.fields) {
    if (!http::is_token(name) || !is_value(value)) {
      throw std::invalid_argument{"not a header field, like 'name: value': " + name};
    }
    made.head.fields.push_back({name, http::trim(value)});
  }
  if (made.head.find("host")) return;
  made.head.fields.insert(made.head.fields.begin(), {"host", made.host});
}

// `made` is filled in its place: the head has views of it.
void read(const asked_request& asked, question& made) {
  if (!http::is_token(asked.method)) {
    throw std::invalid_argument{"not a method, like GET: " + asked.method};
  }
  read_url(asked.url, made);
  made.head.method = boost::beast::http::string_to_verb(asked.method);
  made.head.method_text = asked.method;
  made.head.target = made.target;
  read_fields(asked, made);
}

http::router router_of(const config& checked) {
  std::vector<http::route> routes;
  for (const auto& one : checked.routes) {
    routes.push_back({one.path, one.methods, {}, one.every_method});
  }
  for (auto& path : page_paths(checked)) {
    routes.push_back({std::move(path), {http::verb::get}, {}});
  }
  for (const auto& one : checked.resources) {
    routes.push_back({metadata_path(one), {http::verb::get}, {}});
  }
  if (auto path = check_pattern(checked.forward_auth); !path.empty()) {
    routes.push_back({std::move(path), {}, {}, true});
  }
  return http::router{std::move(routes)};
}

edge::sent_body body_of(const http::request_head& head) {
  if (head.find("transfer-encoding")) return {edge::body_kind::chunked, 0};
  const auto length = head.find("content-length");
  if (!length) return {};
  std::uint64_t value = 0;
  const auto* end = length->data() + length->size();
  const auto [rest, failure] = std::from_chars(length->data(), end, value);
  if (failure != std::errc{} || rest != end) {
    throw std::invalid_argument{"not a value of Content-Length: " + std::string{*length}};
  }
  return {edge::body_kind::length, value};
}

void check_claims(const std::string& claims) {
  const auto parsed = jose::parse_json(claims);
  if (!parsed) {
    throw std::invalid_argument{"the claims are not acceptable JSON: " +
                                std::string{jose::reason(parsed.error())}};
  }
  if (!parsed->is_object()) throw std::invalid_argument{"the claims are no JSON object"};
}

void refuse(route_explanation& made, const core::error_code& error, std::string why) {
  made.taken = false;
  made.status = static_cast<unsigned>(edge::problem(error).code());
  made.why = std::move(why);
}

class forwarding {
 public:
  forwarding(const config& checked, const route_config& route, const asked_request& asked,
             question& of, route_explanation& made)
      : route_{route},
        asked_{asked},
        of_{of},
        made_{made},
        headers_{route.forward.headers},
        traced_{checked.trace.enabled && checked.trace.propagate} {
    for (const auto& one : checked.upstreams) {
      if (one.name == route.upstream) made_.addresses = one.addresses;
    }
  }

  void explain(const http::target& judged) {
    std::string target;
    if (const auto error = edge::make_target(judged, route_.forward.rewrite, target)) {
      const auto fault = edge::find_forwarding_fault(judged.path);
      return refuse(made_, error,
                    "the path is not forwarded: it has " +
                        (fault ? std::string{fault->what} + ", at byte " + std::to_string(fault->at)
                               : "not the prefix that is stripped"));
    }
    made_.request_line = asked_.method + ' ' + target + " HTTP/1.1";
    add_token();
    add_fields();
  }

 private:
  // What a client of the route has to send.
  void add_token() {
    if (route_.is_public || of_.head.find("authorization")) return;
    of_.head.fields.push_back({"authorization", "Bearer <the token>"});
  }

  void add_fields() {
    core::principal who;
    who.claims = asked_.claims ? *asked_.claims : stand_in_claims(headers_);
    const edge::header_rules rules{headers_};
    edge::forwarded_request request{of_.head};
    request.seen = {client_address, {}, of_.secure, of_.port};
    request.request_id = "<the request id>";
    if (traced_) request.traceparent = "<the trace, and a span of this server's>";
    request.body = body_of(of_.head);
    if (!route_.is_public) request.principal = &who;
    if (!made_.addresses.empty()) {
      if (const auto first = http::parse_url(made_.addresses.front())) {
        request.authority = first->authority;
      }
    }
    const auto shown = stand_in_certificate();
    request.certificate = &shown;
    edge::field_list fields;
    edge::forwarded_head head;
    if (const auto error = rules.make_fields(request, fields, head)) {
      made_.request_line.clear();
      return refuse(made_, error,
                    std::string{edge::reason(static_cast<edge::errc>(error.value()))} + ", at " +
                        std::string{head.fault_at} + ": " + error.message());
    }
    for (const auto& one : fields.fields()) {
      made_.fields.emplace_back(std::string{one.name}, value_of(one));
    }
    add_notes();
  }

  std::string value_of(const http::field& one) const {
    const bool claims = !asked_.claims && one.name == headers_.claims_field &&
                        headers_.token == edge::token_to_upstream::claims;
    return claims ? "<the claims, JSON in base64url>" : std::string{one.value};
  }

  void add_notes() {
    made_.notes.push_back("the client is taken to be " + std::string{client_address} +
                          ", and no trusted proxy");
    const bool of_claims =
        !headers_.claims.empty() || headers_.token == edge::token_to_upstream::claims;
    if (!route_.is_public && of_claims && !asked_.claims) {
      made_.notes.emplace_back("no claims were given: texts stand where theirs would");
    }
    if (made_.addresses.size() > 1 && headers_.host == edge::host_to_upstream::upstream) {
      made_.notes.emplace_back("host is that of the first address");
    }
  }

  const route_config& route_;
  const asked_request& asked_;
  question& of_;
  route_explanation& made_;
  edge::header_settings headers_;
  bool traced_;
};

route_explanation not_taken(unsigned status, std::string why, std::string_view allow = {}) {
  route_explanation made;
  made.status = status;
  made.why = std::move(why);
  made.allow = allow;
  return made;
}

route_explanation explain_found(const config& checked, const asked_request& asked, question& of,
                                const http::target& judged, std::string_view pattern,
                                const http::route_pattern::parameter_list& parameters) {
  route_explanation made;
  made.taken = true;
  made.path = pattern;
  for (const auto& [name, value] : parameters) made.parameters.emplace_back(name, value);
  const auto* route = find_route(checked, pattern, of.head.method);
  if (route == nullptr) {
    const auto ours = route_of_ours(checked, pattern);
    made.needs = needs_of(ours);
    made.answers = answers_of(ours);
    return made;
  }
  made.needs = needs_of(*route);
  made.answers = answers_of(*route);
  if (const auto resource = resource_of(checked, *route)) {
    made.resource = checked.resources[*resource].identifier;
  }
  if (route->handler == checked_handler) {
    made.taken = false;
    made.status = 404;
    made.why = "the route is for the checks of other proxies alone";
  }
  if (!route->upstream.empty()) forwarding{checked, *route, asked, of, made}.explain(judged);
  return made;
}

json::array pairs(const std::vector<std::pair<std::string, std::string>>& all) {
  json::array made;
  for (const auto& [name, value] : all) made.push_back({{"name", name}, {"value", value}});
  return made;
}

route_explanation explain_request(const config& checked, const asked_request& asked, question& of) {
  if (const auto fault = http::find_fault(of.target)) {
    return not_taken(400, "the target is not acceptable: " + std::string{fault->what} +
                              ", at byte " + std::to_string(fault->at));
  }
  const auto read_target = http::parse_target(of.head, true);
  if (read_target.has_error()) {
    return not_taken(501, "the method is CONNECT, or a known one in other letters");
  }
  const auto& judged = *read_target;
  http::route_pattern::parameter_list parameters;
  const auto router = router_of(checked);
  const auto decided = router.decide(of.head, judged.path, parameters);
  using outcome = http::routing::outcome;
  switch (decided.result) {
    case outcome::found:
      break;
    case outcome::no_path:
      return not_taken(404, "no route has the path");
    case outcome::no_method:
      return not_taken(405,
                       "\"" + std::string{decided.pattern} +
                           "\" has the path, no route the "
                           "method there",
                       decided.allow);
    case outcome::options:
      return not_taken(204, "OPTIONS is answered for \"" + std::string{decided.pattern} + '"',
                       decided.allow);
    case outcome::ambiguous:
      return not_taken(400, "the path is of another route to a reader that decodes it");
  }
  return explain_found(checked, asked, of, judged, decided.pattern, parameters);
}

}  // namespace

route_explanation explain_route(const config& checked, const asked_request& asked) {
  if (asked.claims) check_claims(*asked.claims);
  question of;
  read(asked, of);
  auto made = explain_request(checked, asked, of);
  if (!checked.forward_auth.path.empty()) {
    made.check = explain_check(checked, of.head, asked.claims);
  }
  return made;
}

std::string explanation_text(const route_explanation& made) {
  std::string text;
  const auto line = [&text](std::string name, const std::string& value) {
    name.resize(10, ' ');
    text += name + value + '\n';
  };
  if (!made.path.empty()) line("route", made.path);
  for (const auto& [name, value] : made.parameters) line("", '{' + name + "} = " + value);
  if (!made.needs.empty()) line("needs", made.needs);
  if (!made.resource.empty()) line("resource", made.resource);
  if (!made.answers.empty()) line("answer by", made.answers);
  for (const auto& one : made.addresses) line("", one);
  if (!made.taken) {
    line("answer", std::to_string(made.status));
    line("because", made.why);
    if (!made.allow.empty()) line("allow", made.allow);
  }
  if (!made.request_line.empty()) text += '\n' + made.request_line + '\n';
  for (const auto& [name, value] : made.fields) text += name + ": " + value + '\n';
  if (made.check) {
    text += '\n';
    line("check", std::to_string(made.check->status) + ' ' + made.check->why);
    for (const auto& [name, value] : made.check->fields) line("", name + ": " + value);
  }
  if (!made.notes.empty()) text += '\n';
  for (const auto& one : made.notes) text += '(' + one + ")\n";
  return text;
}

json::object explanation_json(const route_explanation& made) {
  json::object all{{"taken", made.taken}};
  const auto add = [&all](const char* name, const std::string& value) {
    if (!value.empty()) all[name] = value;
  };
  if (!made.taken) all["status"] = made.status;
  add("why", made.why);
  add("allow", made.allow);
  add("path", made.path);
  add("needs", made.needs);
  add("resource", made.resource);
  add("answers", made.answers);
  if (!made.parameters.empty()) all["parameters"] = pairs(made.parameters);
  if (!made.addresses.empty()) {
    all["addresses"] = json::array(made.addresses.begin(), made.addresses.end());
  }
  add("request_line", made.request_line);
  if (!made.fields.empty()) all["fields"] = pairs(made.fields);
  if (made.check) {
    json::object told{{"status", made.check->status}, {"why", made.check->why}};
    if (!made.check->fields.empty()) told["fields"] = pairs(made.check->fields);
    all["check"] = std::move(told);
  }
  if (!made.notes.empty()) all["notes"] = json::array(made.notes.begin(), made.notes.end());
  return all;
}

}  // namespace latchkey::app
