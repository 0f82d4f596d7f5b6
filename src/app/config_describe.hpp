// The one description of every key: its name, where its value lives, and the rule for it. Reading,
// printing and listing are three visitors of it. Not for what several keys say together.
//
// A visitor has five members: value(name, member, rule) for a scalar, list(name, members, rule,
// min_items) for an array of scalars, section(name, struct) for a table, and sections(name,
// structs) for an array of tables; and after_read(f), by which a description has the reader call f
// at that point, for values that others stand for. In a struct, values come before tables, as TOML
// needs it when printed.
#pragma once

#include "config_rules.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/app/preset.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/issuer_template.hpp>
#include <latchkey/net/certificate_names.hpp>

#include <algorithm>
#include <chrono>

namespace latchkey::app {

namespace enum_names {

inline const std::vector<std::pair<std::string_view, log_format>> log_formats = {
    {"json", log_format::json}, {"text", log_format::text}};

inline const std::vector<std::pair<std::string_view, log_sink>> log_sinks = {
    {"stdout", log_sink::standard_output}, {"file", log_sink::file}, {"syslog", log_sink::syslog}};

inline const std::vector<std::pair<std::string_view, log_level>> log_levels = {
    {"debug", log_level::debug},
    {"info", log_level::info},
    {"warn", log_level::warn},
    {"error", log_level::error}};

inline const std::vector<std::pair<std::string_view, batch_mode>> batch_modes = {
    {"auto", batch_mode::automatic}, {"off", batch_mode::off}};

inline const std::vector<std::pair<std::string_view, reload_mode>> reload_modes = {
    {"request", reload_mode::request}, {"watch", reload_mode::watch}};

// HEAD is answered by the route of GET, OPTIONS by the router.
inline const std::vector<std::pair<std::string_view, http::verb>> methods = {
    {"GET", http::verb::get},
    {"POST", http::verb::post},
    {"PUT", http::verb::put},
    {"PATCH", http::verb::patch},
    {"DELETE", http::verb::delete_}};

inline const std::vector<std::pair<std::string_view, std::string>> handlers = {
    {"token", "token"},
    {"scopes", "scopes"},
    {"notes.read", "notes.read"},
    {"notes.create", "notes.create"}};

inline const std::vector<std::pair<std::string_view, provider>> providers = {
    {"none", provider::none},     {"cognito", provider::cognito},
    {"entra", provider::entra},   {"auth0", provider::auth0},
    {"okta", provider::okta},     {"keycloak", provider::keycloak},
    {"spiffe", provider::spiffe}, {"kubernetes", provider::kubernetes},
    {"github", provider::github}};

inline const std::vector<std::pair<std::string_view, jose::required_type>> required_types = {
    {"any", jose::required_type::none},
    {"JWT", jose::required_type::jwt},
    {"at+jwt", jose::required_type::at_jwt}};

inline const std::vector<std::pair<std::string_view, jose::bound_tokens>> bound_tokens = {
    {"refuse", jose::bound_tokens::refuse}, {"ignore", jose::bound_tokens::ignore}};

// Only what is implemented is a word.
inline const auto algorithms = [] {
  std::vector<std::pair<std::string_view, std::string>> all;
  for (std::size_t i = 0; i < jose::algorithm_count; ++i) {
    const auto name = jose::name_of(static_cast<jose::algorithm>(i));
    all.emplace_back(name, name);
  }
  // RFC 9864. What is read so is the same algorithm.
  all.emplace_back("Ed25519", jose::name_of(jose::algorithm::eddsa));
  return all;
}();

}  // namespace enum_names

namespace rule {

inline constexpr text optional_text{{}, "a string", nullptr, true};
inline constexpr text scope_token{
    {}, "an OAuth 2.0 scope: printable ASCII without space, '\"' and '\\'", is_scope};
inline constexpr text claim_name{
    {}, "the name of a claim, or a path of up to 16 dots to one", is_claim_path};
inline constexpr text listen_address{
    {}, "an address and a port, like \"127.0.0.1:8443\" or \"[::1]:8443\"", is_listen_address};
inline constexpr text host_name{{}, "the name of a host, without a port", is_host_name};
inline constexpr text optional_url{
    {}, "an https URL (http for this machine only), without user or fragment", is_secure_url, true};

constexpr number between(std::int64_t low, std::int64_t high) {
  return {{}, low, high};
}

constexpr duration lasting(std::chrono::milliseconds low, std::chrono::milliseconds high) {
  return {{}, low, high};
}

}  // namespace rule

template <class Visitor>
void describe(Visitor& visit, tls_config& tls) {
  visit.value("certificate", tls.certificate,
              rule::path{{.required = true}, "the path of a PEM file with the certificate chain"});
  visit.value("private_key", tls.private_key,
              rule::path{{.required = true}, "the path of a PEM file with the private key"});
}

template <class Visitor>
void describe(Visitor& visit, certificate_config& one) {
  visit.value("certificate", one.certificate,
              rule::path{{.required = true}, "the path of a PEM file with the certificate chain"});
  visit.value("private_key", one.private_key,
              rule::path{{.required = true}, "the path of a PEM file with the private key"});
  visit.list("names", one.names,
             rule::text{{},
                        "the name of a host, or \"*.\" before one for any first label",
                        net::is_certificate_name},
             0);
}

template <class Visitor>
void describe(Visitor& visit, limits_config& limits) {
  visit.value("request_line", limits.request_line, rule::between(64, 65'536));
  visit.value("header_bytes", limits.header_bytes, rule::between(1024, 1'048'576));
  visit.value("header_count", limits.header_count, rule::between(1, 10'000));
  visit.value("body_bytes", limits.body_bytes, rule::between(0, 1'073'741'824));
  // Where a small head is asked for, a token has to fit it unless something else is said.
  visit.after_read(
      [&limits] { limits.token_bytes = std::min(limits.token_bytes, limits.header_bytes); });
  visit.value("token_bytes", limits.token_bytes, rule::between(256, 65'536));
  visit.value("connections", limits.connections, rule::between(1, 1'000'000));
  visit.value("connections_per_client", limits.connections_per_client, rule::between(0, 1'000'000));
}

template <class Visitor>
void describe(Visitor& visit, timeouts_config& timeouts) {
  using namespace std::chrono_literals;
  constexpr auto allowed = rule::lasting(1ms, 1h);
  visit.value("handshake", timeouts.handshake, allowed);
  visit.value("head", timeouts.head, allowed);
  visit.value("body", timeouts.body, allowed);
  visit.value("idle", timeouts.idle, allowed);
  visit.value("write", timeouts.write, allowed);
  visit.value("request", timeouts.request, allowed);
  visit.value("drain", timeouts.drain, allowed);
}

template <class Visitor>
void describe(Visitor& visit, server_config& server) {
  visit.list("listen", server.listen, rule::listen_address, 1);
  visit.value("ipv6_only", server.ipv6_only, rule::flag{});
  visit.value("share_addresses", server.share_addresses, rule::flag{});
  visit.value("workers", server.workers, rule::between(0, 1024));
  visit.value("insufficient_scope_status", server.insufficient_scope_status,
              rule::number{{}, 401, 403, true});
  visit.value("reload", server.reload, rule::word<reload_mode>{{}, enum_names::reload_modes});
  visit.section("tls", server.tls);
  visit.sections("certificate", server.certificates);
  visit.section("limits", server.limits);
  visit.section("timeouts", server.timeouts);
}

template <class Visitor>
void describe(Visitor& visit, admin_config& admin) {
  auto address = rule::listen_address;
  address.may_be_empty = true;
  address.wanted = "an address and a port, like \"127.0.0.1:9901\", or \"\" for none";
  visit.value("listen", admin.listen, address);
  visit.list("hosts", admin.hosts, rule::host_name, 0);
}

template <class Visitor>
void describe(Visitor& visit, log_file_config& file) {
  visit.value("path", file.path, rule::path{{}, "the path of a file for the log", true});
  visit.value("max_bytes", file.max_bytes, rule::between(0, 1'099'511'627'776));
  visit.value("count", file.count, rule::between(0, 1000));
}

template <class Visitor>
void describe(Visitor& visit, log_config& log) {
  visit.list("sinks", log.sinks, rule::word<log_sink>{{}, enum_names::log_sinks}, 1);
  visit.value("format", log.format, rule::word<log_format>{{}, enum_names::log_formats});
  visit.value("level", log.level, rule::word<log_level>{{}, enum_names::log_levels});
  visit.section("file", log.file);
}

template <class Visitor>
void describe(Visitor& visit, verify_config& verify) {
  visit.value("batch", verify.batch, rule::word<batch_mode>{{}, enum_names::batch_modes});
  visit.value("token_cache_bytes", verify.token_cache_bytes, rule::between(0, 4'294'967'296));
}

template <class Visitor>
void describe(Visitor& visit, cache_config& cache) {
  using namespace std::chrono_literals;
  visit.value("max_age", cache.max_age, rule::lasting(1s, 24h));
  visit.value("shortest_max_age", cache.shortest_max_age, rule::lasting(1s, 24h));
  visit.value("longest_max_age", cache.longest_max_age, rule::lasting(1s, 24h));
  visit.value("refresh_ahead", cache.refresh_ahead, rule::between(25, 90));
  visit.value("jitter", cache.jitter, rule::between(0, 20));
  visit.value("cooldown", cache.cooldown, rule::lasting(1s, 1h));
  visit.value("client_share", cache.client_share, rule::between(1, 100));
  visit.value("max_stale", cache.max_stale, rule::lasting(0s, 720h));
  visit.value("negative_ttl", cache.negative_ttl, rule::lasting(1s, 1h));
  visit.value("negative_kids", cache.negative_kids, rule::between(0, 10'000));
  visit.value("backoff_first", cache.backoff_first, rule::lasting(100ms, 1h));
  visit.value("backoff_max", cache.backoff_max, rule::lasting(1s, 1h));
  visit.value("connect_timeout", cache.connect_timeout, rule::lasting(1ms, 1min));
  visit.value("total_timeout", cache.total_timeout, rule::lasting(1ms, 1min));
  visit.value("max_bytes", cache.max_bytes, rule::between(1024, 16'777'216));
  visit.value("max_keys", cache.max_keys, rule::between(1, 10'000));
}

template <class Visitor>
void describe(Visitor& visit, jose::required_claim& claim) {
  auto name = rule::claim_name;
  name.required = true;
  visit.list("names", claim.names, name, 1);
  const rule::scalar value{{}, "a string, true, false or a number"};
  visit.list("values", claim.values, value, 0);
  visit.list("contains", claim.contains, value, 0);
}

template <class Visitor>
void describe(Visitor& visit, header_config& header) {
  visit.value("name", header.name,
              rule::text{{.required = true},
                         "the name of an HTTP field that the client does not set itself",
                         rule::is_own_field});
  visit.value("value", header.value,
              rule::text{{.secret = true},
                         "the value of an HTTP field: visible ASCII",
                         rule::is_field_value,
                         true});
  visit.value("value_file", header.value_file,
              rule::path{{}, "the path of a file with the value of an HTTP field", true});
  visit.value("value_prefix", header.value_prefix,
              rule::text{{},
                         "what stands before the value of a file, like \"Bearer \": visible ASCII",
                         rule::is_field_prefix,
                         true});
  visit.list("origins", header.origins,
             rule::text{{}, "an http or https URL, without user or fragment", rule::is_web_url}, 0);
}

template <class Visitor>
void describe(Visitor& visit, auth::token_place& place) {
  visit.value(
      "header", place.header,
      rule::text{
          {}, "the name of an HTTP field that can carry a token", rule::is_token_field, true});
  visit.value("prefix", place.prefix,
              rule::text{{},
                         "what stands before the token: printable ASCII, no space first",
                         rule::is_token_prefix,
                         true});
  visit.value("cookie", place.cookie,
              rule::text{{}, "the name of a cookie", rule::is_field_name, true});
}

template <class Visitor>
void describe(Visitor& visit, issuer_config& issuer) {
  using namespace std::chrono_literals;
  visit.value("issuer", issuer.issuer,
              rule::text{{.required = true},
                         "the issuer exactly as the tokens' \"iss\" has it",
                         rule::is_identifier});
  visit.list("tenants", issuer.tenants,
             rule::text{{}, "the id of a tenant: a UUID in lower case", jose::is_tenant_id}, 0);
  visit.value("preset", issuer.preset, rule::word<provider>{{}, enum_names::providers});
  visit.after_read([&issuer] { apply_preset(issuer); });
  visit.value("jwks_uri", issuer.jwks_uri,
              rule::text{{},
                         "the https URL of the issuer's keys (http for this machine, or with "
                         "allow_http), without user or fragment",
                         rule::is_web_url,
                         true});
  visit.value("jwks_file", issuer.jwks_file,
              rule::path{{}, "the path of a file with the issuer's keys (a JWK set)", true});
  visit.value(
      "jwks", issuer.jwks,
      rule::text{{}, "the issuer's keys themselves (a JWK set) as a string", nullptr, true});
  visit.value("allow_internal", issuer.allow_internal, rule::flag{});
  visit.value("allow_http", issuer.allow_http, rule::flag{});
  visit.list("audiences", issuer.audiences,
             rule::text{{.required = true,
                         .when_missing = " (a token made for somebody else must not pass)"},
                        "an audience as the tokens name it",
                        rule::is_identifier},
             1);
  visit.value("audience_claim", issuer.audience_claim,
              rule::text{{}, "the name of a claim, \"aud\" or \"client_id\"", rule::is_identifier});
  visit.value("require_typ", issuer.require_typ,
              rule::word<jose::required_type>{{}, enum_names::required_types});
  visit.list("scope_claims", issuer.scope_claims, rule::claim_name, 1);
  visit.list("algorithms", issuer.algorithms, rule::word<std::string>{{}, enum_names::algorithms},
             1);
  visit.value("clock_skew", issuer.clock_skew, rule::duration{{}, 0s, 5min, 1s});
  visit.value("max_token_age", issuer.max_token_age, rule::duration{{}, 0s, 8760h, 1s});
  visit.value("bound_tokens", issuer.bound_tokens,
              rule::word<jose::bound_tokens>{{}, enum_names::bound_tokens});
  visit.value("ca_file", issuer.ca_file,
              rule::path{{}, "the path of a PEM file with certificate authorities", true});
  visit.value("client_certificate", issuer.client_certificate,
              rule::path{{}, "the path of a PEM file with a client certificate", true});
  visit.value("client_key", issuer.client_key,
              rule::path{{}, "the path of a PEM file with the client's private key", true});
  visit.list("client_certificate_origins", issuer.client_certificate_origins,
             rule::text{{}, "an http or https URL, without user or fragment", rule::is_web_url}, 0);
  visit.value("proxy", issuer.proxy,
              rule::text{{.secret = true},
                         "\"http://host:port\" of a proxy, \"none\", or \"\" for the environment's",
                         rule::is_proxy,
                         true});
  visit.section("cache", issuer.cache);
  visit.sections("header", issuer.headers);
  visit.sections("token_from", issuer.token_from);
  visit.sections("required_claim", issuer.required_claims);
  visit.after_read([&issuer] { add_preset_claim(issuer); });
}

template <class Visitor>
void describe(Visitor& visit, docs_scope& scope) {
  auto name = rule::scope_token;
  name.required = true;
  visit.value("name", scope.name, name);
  visit.value("description", scope.description, rule::optional_text);
}

template <class Visitor>
void describe(Visitor& visit, docs_config& docs) {
  visit.value("enabled", docs.enabled, rule::flag{});
  visit.value("title", docs.title, rule::text{});
  visit.value("version", docs.version, rule::text{});
  visit.value("client_id", docs.client_id, rule::optional_text);
  visit.value("authorization_url", docs.authorization_url, rule::optional_url);
  visit.value("token_url", docs.token_url, rule::optional_url);
  visit.sections("scope", docs.scopes);
}

template <class Visitor>
void describe(Visitor& visit, route_config& route) {
  using namespace std::chrono_literals;
  visit.value("path", route.path,
              rule::text{{.required = true}, "a path, like \"/notes\" or \"/notes/{id}\""});
  visit.list("methods", route.methods,
             rule::word<http::verb>{{.required = true}, enum_names::methods}, 1);
  visit.list("scopes", route.scopes, rule::scope_token, 0);
  visit.value("handler", route.handler,
              rule::word<std::string>{{.required = true}, enum_names::handlers});
  visit.value("body_bytes", route.body_bytes, rule::between(0, 1'073'741'824));
  visit.value("body_timeout", route.body_timeout, rule::lasting(0ms, 24h));
  visit.value("request_timeout", route.request_timeout, rule::lasting(0ms, 24h));
  visit.value("summary", route.summary, rule::optional_text);
  visit.value("description", route.description, rule::optional_text);
  visit.value("operation_id", route.operation_id, rule::optional_text);
}

template <class Visitor>
void describe(Visitor& visit, config& all) {
  visit.section("server", all.server);
  visit.section("admin", all.admin);
  visit.section("log", all.log);
  visit.section("verify", all.verify);
  visit.sections("issuer", all.issuers);
  visit.section("docs", all.docs);
  visit.sections("route", all.routes);
}

}  // namespace latchkey::app
