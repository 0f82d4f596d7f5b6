// The words that keys of a few values may have, and the rules that several keys share. Not for the
// keys themselves: config_describe.
#pragma once

#include "config_rules.hpp"

#include <latchkey/app/config.hpp>
#include <latchkey/app/route_handlers.hpp>
#include <latchkey/jose/algorithm.hpp>

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

inline const std::vector<std::pair<std::string_view, kernel_use>> kernel_uses = {
    {"auto", kernel_use::automatic}, {"off", kernel_use::off}};

inline const std::vector<std::pair<std::string_view, reload_mode>> reload_modes = {
    {"request", reload_mode::request}, {"watch", reload_mode::watch}};

inline const std::vector<std::pair<std::string_view, sandbox_mode>> sandbox_modes = {
    {"off", sandbox_mode::off},
    {"on", sandbox_mode::on},
    {"auto", sandbox_mode::automatic},
    {"landlock", sandbox_mode::landlock},
    {"seccomp", sandbox_mode::seccomp}};

// HEAD is answered by the route of GET, OPTIONS by the router.
inline const std::vector<std::pair<std::string_view, http::verb>> methods = {
    {"GET", http::verb::get},     {"POST", http::verb::post},      {"PUT", http::verb::put},
    {"PATCH", http::verb::patch}, {"DELETE", http::verb::delete_}, {"*", http::verb::unknown}};

inline const std::vector<std::pair<std::string_view, middleware::limit_by>> limit_kinds = {
    {"address", middleware::limit_by::address},
    {"subject", middleware::limit_by::subject},
    {"client_id", middleware::limit_by::client_id},
    {"issuer", middleware::limit_by::issuer}};

inline const std::vector<std::pair<std::string_view, edge::mcp_unlisted>> mcp_unlisted_words = {
    {"deny", edge::mcp_unlisted::deny}, {"allow", edge::mcp_unlisted::allow}};

inline const std::vector<std::pair<std::string_view, std::string>> frame_options = {
    {"DENY", "DENY"}, {"SAMEORIGIN", "SAMEORIGIN"}};

inline const std::vector<std::pair<std::string_view, std::string>> referrer_policies = {
    {"no-referrer", "no-referrer"},
    {"no-referrer-when-downgrade", "no-referrer-when-downgrade"},
    {"origin", "origin"},
    {"origin-when-cross-origin", "origin-when-cross-origin"},
    {"same-origin", "same-origin"},
    {"strict-origin", "strict-origin"},
    {"strict-origin-when-cross-origin", "strict-origin-when-cross-origin"},
    {"unsafe-url", "unsafe-url"}};

inline const std::vector<std::pair<std::string_view, net::proxy_version>> proxy_versions = {
    {"off", net::proxy_version::none},
    {"v1", net::proxy_version::v1},
    {"v2", net::proxy_version::v2}};

inline const std::vector<std::pair<std::string_view, plain_http>> plain_https = {
    {"off", plain_http::off},
    {"loopback", plain_http::loopback},
    {"anywhere", plain_http::anywhere}};

inline const std::vector<std::pair<std::string_view, net::client_auth>> client_auths = {
    {"off", net::client_auth::off},
    {"optional", net::client_auth::optional},
    {"required", net::client_auth::required}};

inline const std::vector<std::pair<std::string_view, bool>> route_certificates = {
    {"off", false}, {"required", true}};

inline const std::vector<std::pair<std::string_view, edge::claim_form>> claim_forms = {
    {"plain", edge::claim_form::plain},
    {"json", edge::claim_form::json},
    {"percent", edge::claim_form::percent},
    {"base64url", edge::claim_form::base64url}};

inline const std::vector<std::pair<std::string_view, edge::token_to_upstream>> token_to_upstream = {
    {"keep", edge::token_to_upstream::keep},
    {"remove", edge::token_to_upstream::remove},
    {"claims", edge::token_to_upstream::claims}};

inline const auto handlers = [] {
  std::vector<std::pair<std::string_view, std::string>> all;
  for (const auto& one : route_handlers()) all.emplace_back(one.name, one.name);
  return all;
}();

inline const std::vector<std::pair<std::string_view, provider>> providers = {
    {"none", provider::none},        {"cognito", provider::cognito},
    {"entra", provider::entra},      {"auth0", provider::auth0},
    {"okta", provider::okta},        {"keycloak", provider::keycloak},
    {"spiffe", provider::spiffe},    {"kubernetes", provider::kubernetes},
    {"github", provider::github},    {"google", provider::google},
    {"firebase", provider::firebase}};

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
// What a client trusts and proves itself with, whomever it asks.
inline constexpr text network_address{
    {.distinct = true},
    "an IP address, or a network like \"10.0.0.0/8\" or \"fd00::/8\"",
    is_network,
    false,
    "address"};

inline constexpr path authorities_file{
    {}, "the path of a PEM file with certificate authorities", true};
inline constexpr path client_certificate_file{
    {}, "the path of a PEM file with a client certificate", true};
inline constexpr path revocations_file{
    {}, "the path of a PEM file with certificate revocation lists", true};
inline constexpr path client_key_file{
    {}, "the path of a PEM file with the client's private key", true};
inline constexpr text scope_token{
    {}, "an OAuth 2.0 scope: printable ASCII without space, '\"' and '\\'", is_scope};
inline constexpr text label{{}, "a string without control characters", is_identifier};
inline constexpr text claim_name{
    {}, "the name of a claim, or a path of up to 16 dots to one", is_claim_path};
inline constexpr text listen_address{
    {},
    "an address and a port, like \"127.0.0.1:8443\" or \"[::1]:8443\", or \"systemd:NAME\"",
    is_listen_address,
    false,
    "address"};
inline constexpr text host_name{{}, "the name of a host, without a port", is_host_name};
inline constexpr text answer_value{{}, "visible ASCII, spaces within", is_field_value};
inline constexpr text page_origin{
    {},
    "\"*\", or an origin like \"https://app.example.com\" or \"https://*.example.com\"",
    is_page_origin,
    false,
    "origin"};
inline constexpr text method_name{{}, "a method, like \"PATCH\"", is_method_name, false, "method"};
inline constexpr text field_name{{}, "the name of a header field", is_field_name, false, "name"};
inline constexpr text optional_url{
    {},
    "an https URL (http for this machine only), without user or fragment",
    is_secure_url,
    true,
    "URL"};

constexpr number between(std::int64_t low, std::int64_t high) {
  return {{}, low, high};
}

constexpr duration lasting(std::chrono::milliseconds low, std::chrono::milliseconds high) {
  return {{}, low, high};
}

// The same for the items of a list that are not to be repeated.
template <class Rule>
constexpr Rule distinct(Rule how) {
  how.distinct = true;
  return how;
}

}  // namespace rule

}  // namespace latchkey::app
