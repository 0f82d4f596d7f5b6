// The one description of every key: its name, where its value lives, the rule for it, and what it
// means, in the Markdown of the documentation. Reading, printing, listing and the schema are
// visitors of it. Not for what several keys say together.
//
// A visitor has six members: value(name, member, rule, doc) for a scalar, list(name, members,
// rule, min_items, doc) for an array of scalars, map(name, structs, rule, doc) for a table of names
// with a scalar, a table or an array each, section(name, struct, doc) for a table, and
// sections(name, structs, about) for an array of tables; and after_read(f), by which a description
// has the reader call f at that point, for values that others stand for. In a struct, values come
// before tables, as TOML needs it when printed.
#pragma once

#include "config_describe_edge.hpp"
#include "config_describe_issuer.hpp"
#include "config_describe_mcp.hpp"
#include "config_describe_notes.hpp"
#include "config_describe_resource.hpp"
#include "config_describe_server.hpp"
#include "config_describe_trace.hpp"

namespace latchkey::app {

template <class Visitor>
void describe(Visitor& visit, docs_scope& scope) {
  auto name = rule::scope_token;
  name.required = true;
  visit.value("name", scope.name, name, "A scope that Swagger UI offers to ask for.");
  visit.value("description", scope.description, rule::optional_text, "What is said of it there.");
}

template <class Visitor>
void describe(Visitor& visit, docs_tag& tag) {
  auto name = rule::label;
  name.required = true;
  visit.value("name", tag.name, name, "The name of a group, as `tags` of routes have it.");
  visit.value("description", tag.description, rule::optional_text,
              "What is said of the group, in Markdown.");
}

template <class Visitor>
void describe(Visitor& visit, docs_parameter& parameter) {
  auto value = rule::label;
  value.required = true;
  visit.value("value", parameter.value, value, "Its value.");
}

template <class Visitor>
void describe(Visitor& visit, docs_config& docs) {
  visit.value("enabled", docs.enabled, rule::flag{},
              "Serve Swagger UI at / and the OpenAPI document at /openapi.json, without a token.");
  visit.value("title", docs.title, rule::text{}, "The API's name in the document.");
  visit.value("version", docs.version, rule::text{}, "The API's version in the document.");
  visit.value("description", docs.description, rule::optional_text,
              "What the API is, in Markdown: it stands under the title.");
  visit.value("license", docs.license, rule::optional_text,
              "The licence of the API: an SPDX identifier, like `\"Apache-2.0\"`, or any name "
              "beside `license_url`. Empty: not said.");
  visit.value("license_url", docs.license_url, rule::optional_url, "Where its text is.");
  visit.value("client_id", docs.client_id, rule::optional_text,
              "The public OAuth 2.0 client that Swagger UI is at the provider.");
  visit.value("authorization_url", docs.authorization_url, rule::optional_url,
              "The provider's authorization endpoint (authorization code with PKCE).");
  visit.value("token_url", docs.token_url, rule::optional_url, "The provider's token endpoint.");
  visit.map("authorization_parameters", docs.parameters,
            rule::named_items<docs_parameter>{{},
                                              &docs_parameter::name,
                                              &docs_parameter::value,
                                              rule::label,
                                              "a table of names of parameters to their values",
                                              "a value: a string without control characters",
                                              "table of names to strings"},
            "Further parameters of the authorization request: `resource` (RFC 8707) or "
            "`audience`, where the provider asks for one to make a token for this API.");
  visit.sections("scope", docs.scopes, {.doc = "A scope that Swagger UI offers."});
  visit.sections("tag", docs.tags,
                 {.doc = "A group of operations; groups are shown in the order of these."});
}

template <class Visitor>
void describe(Visitor& visit, middleware::cors_settings& cors) {
  using namespace std::chrono_literals;
  visit.list("origins", cors.origins, rule::distinct(rule::page_origin), 0,
             "Origins of pages whose scripts may read the answers: `https://app.example.com`, or "
             "`https://*.example.com` for all names below one; `\"*\"` alone: every page. Empty: "
             "nothing is said of CORS.");
  visit.list("methods", cors.methods, rule::distinct(rule::method_name), 0,
             "Methods that such a page may use; empty: those of the route.");
  visit.list("headers", cors.headers, rule::distinct(rule::field_name), 0,
             "Header fields that it may send; `\"*\"` alone: all.");
  visit.list("exposed", cors.exposed, rule::distinct(rule::field_name), 0,
             "Fields of an answer that it may read beside those that every page may; `\"*\"` "
             "alone: all.");
  visit.value("credentials", cors.credentials, rule::flag{},
              "Whether cookies and client certificates may come with its requests. Nothing is "
              "`\"*\"` then.");
  visit.value("max_age", cors.max_age, rule::lasting(0ms, 24h),
              "For how long a browser remembers what it was told; many hold it for less.");
}

template <class Visitor>
void describe(Visitor& visit, middleware::limit_settings& limit) {
  visit.value("by", limit.by, rule::word<middleware::limit_by>{{}, enum_names::limit_kinds},
              "Whose requests are counted together: those of an address (IPv6: of a network of 64 "
              "bits), of the token's subject, of its OAuth 2.0 client, of its issuer.");
  visit.value("rate", limit.rate,
              rule::text{{.required = true},
                         "so many requests in a time, like \"100/s\", \"60/m\" or \"1000/h\", at "
                         "most 10000 a second",
                         rule::is_rate,
                         false,
                         "rate, like `\"100/s\"`"},
              "Requests a second (`s`), minute (`m`) or hour (`h`).");
  visit.value("burst", limit.burst, rule::between(0, 1'000'000'000),
              "Requests at once after a pause; 0: as many as `rate` has in its time.");
}

template <class Visitor>
void describe(Visitor& visit, route_config& route) {
  using namespace std::chrono_literals;
  visit.value(
      "path", route.path,
      rule::text{{.required = true}, "a path, like \"/notes\", \"/notes/{id}\" or \"/notes/*\""},
      "The path; a parameter is one whole segment in braces. With `/*` at its end it is a "
      "prefix: `/notes/*` takes `/notes`, `/notes/` and all below it. Of several routes "
      "that take a path the most specific one decides.");
  auto methods = written_methods(route);
  visit.list("methods", methods,
             rule::word<http::verb>{{.required = true, .distinct = true}, enum_names::methods}, 1,
             "Methods. HEAD is answered where GET is. `\"*\"` alone: every method that no other "
             "route of this very path has, but TRACE.");
  visit.after_read([&] { take_methods(route, methods); });
  visit.list("scopes", route.scopes, rule::distinct(rule::scope_token), 0,
             "Scopes the token must have, all of them. Empty: any valid token.");
  visit.value("public", route.is_public, rule::flag{}, "No token is asked for.");
  visit.value("client_certificate", route.needs_certificate,
              rule::word<bool>{{}, enum_names::route_certificates},
              "Whether the connection must have a client's certificate, for listeners with "
              "`client_auth = \"optional\"`; a request without one is answered with 403.");
  visit.value("handler", route.handler, rule::word<std::string>{{}, enum_names::handlers, true},
              "What answers. Either this or `upstream`.");
  visit.value("upstream", route.upstream, rule::optional_text,
              "The `name` of the upstream that requests are forwarded to.");
  visit.value("body_bytes", route.body_bytes, rule::between(0, 1'125'899'906'842'624),
              "Bytes of a request body of this route; 0: what `server.limits.body_bytes` says. "
              "With `handler` at most 1073741824.");
  visit.value("body_timeout", route.body_timeout, rule::lasting(0ms, 24h),
              "For the request body of this route, with `upstream` between two pieces of it; "
              "`\"0s\"`: what `server.timeouts.body` says.");
  visit.value("request_timeout", route.request_timeout, rule::lasting(0ms, 24h),
              "From the request head to the answer of this route; `\"0s\"`: what "
              "`server.timeouts.request` says, with `upstream` as long as there is progress.");
  describe_forward(visit, route.forward);
  visit.value("summary", route.summary, rule::optional_text, "One line for the OpenAPI document.");
  visit.value("description", route.description, rule::optional_text,
              "A text for the OpenAPI document.");
  visit.value("operation_id", route.operation_id, rule::optional_text,
              "The operation's name in the OpenAPI document.");
  visit.list("tags", route.tags, rule::distinct(rule::label), 0,
             "The groups that it is shown in, of the OpenAPI document (see `docs.tag`).");
  visit.section("cors", route.cors, "What pages of other origins may do (see [CORS](cors.md)).");
  visit.section("mcp", route.mcp, "For an MCP server behind it (see [MCP](mcp.md)).");
  visit.sections("limit", route.limits,
                 {.doc = "How often whoever asks may do so (see [limits](limits.md))."});
}

template <class Visitor>
void describe(Visitor& visit, config& all) {
  visit.section("server", all.server, "The HTTPS server.");
  visit.section("admin", all.admin, "The listener for operators.");
  visit.section("log", all.log, "The log.");
  visit.section("trace", all.trace, "What is recorded of requests (see [traces](traces.md)).");
  visit.section("verify", all.verify, "How tokens are verified.");
  visit.section("notes", all.notes, "Where notes are kept (see [notes](notes.md)).");
  visit.sections("issuer", all.issuers,
                 {.doc = "An identity provider whose tokens are accepted.", .min_items = 1});
  visit.sections("upstream", all.upstreams, {.doc = "A server that routes lead to."});
  visit.section("docs", all.docs, "The documentation page.");
  visit.section("forward_auth", all.forward_auth,
                "Where other proxies ask whether a request of theirs may pass (see "
                "[forward-auth](forward-auth.md)).");
  visit.sections("resource", all.resources,
                 {.doc = "A protected resource: routes that clients know by one URL, and whose "
                         "tokens are for it (see [protected resources](resource-metadata.md)).",
                  .max_items = jose::max_resources});
  visit.sections("route", all.routes,
                 {.doc = "A route. Each but a public one asks for a valid token.", .min_items = 1});
}

}  // namespace latchkey::app
