// The whole configuration as plain values, checked: what the programs are composed from. Not for
// reading files (config_load), printing (config_print) or the names of the keys (config_keys).
#pragma once

#include <latchkey/app/docs_config.hpp>
#include <latchkey/auth/jwks_settings.hpp>
#include <latchkey/auth/token_place.hpp>
#include <latchkey/edge/mcp_settings.hpp>
#include <latchkey/edge/settings.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http1/head_scanner.hpp>
#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/verifier.hpp>
#include <latchkey/middleware/cors_settings.hpp>
#include <latchkey/middleware/limit_settings.hpp>
#include <latchkey/net/client_auth.hpp>
#include <latchkey/server/session_settings.hpp>
#include <latchkey/store/settings.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace latchkey::app {

using std::chrono::milliseconds;

// Paths of files are absolute once they are loaded: relative ones are taken from the folder of the
// configuration file.
struct tls_config {
  std::filesystem::path certificate;  // PEM, the chain with the server's own certificate first
  std::filesystem::path private_key;  // PEM

  bool operator==(const tls_config&) const = default;
};

// One for the clients that ask for its names.
struct certificate_config {
  std::filesystem::path certificate;  // PEM, as above
  std::filesystem::path private_key;  // PEM
  std::vector<std::string> names;     // empty: those in the certificate

  bool operator==(const certificate_config&) const = default;
};

// When the configuration is read anew.
enum class reload_mode : std::uint8_t {
  request,  // on SIGHUP and POST /reload
  watch,    // also when a file of it has changed
};

// What the process takes from itself once it knows its configuration: files it does not need
// (landlock), calls of the system it does not make (seccomp).
enum class sandbox_mode : std::uint8_t {
  off,
  on,         // both; without either it does not start
  automatic,  // what the system has
  landlock,   // one of the two, without which it does not start
  seccomp,
};

// Bytes, unless a comment says otherwise.
struct limits_config {
  http1::head_limits head;
  std::size_t body_bytes = 1024 * 1024;
  std::size_t token_bytes = std::size_t{16} * 1024;
  std::size_t connections = 10'000;        // open at once
  std::size_t connections_per_client = 0;  // 0: no bound

  bool operator==(const limits_config&) const = default;
};

struct timeouts_config {
  server::session_timeouts session;
  milliseconds request = std::chrono::seconds{30};
  milliseconds drain = std::chrono::seconds{10};

  bool operator==(const timeouts_config&) const = default;
};

struct header_field_config {
  std::string name = {};
  std::string value = {};

  bool operator==(const header_field_config&) const = default;
};

// Fields of all answers that do not have them already; empty: not added.
struct headers_config {
  std::string hsts;
  bool content_type_options = false;
  std::string frame_options;
  std::string referrer_policy;
  std::vector<header_field_config> fields;

  bool operator==(const headers_config&) const = default;
};

// Whether connections come without TLS.
enum class plain_http : std::uint8_t {
  off,
  loopback,  // and all addresses are this machine's own
  anywhere,
};

// Addresses whose connections have terms of their own.
struct listener_config {
  std::vector<std::string> listen;
  bool proxy_protocol = false;  // each connection begins with a header of it
  net::client_auth client_auth = net::client_auth::off;
  std::filesystem::path client_ca = {};
  std::filesystem::path client_crl = {};  // empty: nobody is revoked
  app::plain_http plain_http = app::plain_http::off;

  bool operator==(const listener_config&) const = default;
};

struct server_config {
  std::vector<std::string> listen = {"127.0.0.1:8443"};  // "address:port", "[address]:port"
  bool ipv6_only = false;                                // "[::]" without IPv4 clients
  bool share_addresses = false;                          // with another process of the user
  std::size_t workers = 0;                               // threads; 0: one per core
  unsigned insufficient_scope_status = 403;              // or 401
  // Addresses and networks ("10.0.0.0/8") of proxies whose history of a request is continued.
  std::vector<std::string> trusted_proxies;
  reload_mode reload = reload_mode::request;
  sandbox_mode sandbox = sandbox_mode::off;
  tls_config tls;
  std::vector<certificate_config> certificates;  // beside that of `tls`
  std::vector<listener_config> listeners;        // beside those of `listen`
  limits_config limits;
  timeouts_config timeouts;
  headers_config headers;

  bool operator==(const server_config&) const = default;
};

struct admin_config {
  std::string listen = "127.0.0.1:9901";  // empty: no admin listener
  std::vector<std::string> hosts;         // names it is asked by, beside addresses and "localhost"

  bool operator==(const admin_config&) const = default;
};

enum class log_format : std::uint8_t { json, text };
enum class log_level : std::uint8_t { debug, info, warn, error };

enum class log_sink : std::uint8_t { standard_output, file, syslog };

struct log_file_config {
  std::filesystem::path path;
  std::size_t max_bytes = std::size_t{100} * 1024 * 1024;  // 0: it is not rotated
  std::size_t count = 5;                                   // old files kept beside it

  bool operator==(const log_file_config&) const = default;
};

struct log_config {
  std::vector<log_sink> sinks = {log_sink::standard_output};
  log_format format = log_format::json;
  log_level level = log_level::info;
  bool sample_refusals = true;
  log_file_config file;

  bool operator==(const log_config&) const = default;
};

// Whether a kernel of our own computes signatures, where the machine can, or OpenSSL.
enum class kernel_use : std::uint8_t { automatic, off };

// How tokens are verified, whoever issued them.
struct verify_config {
  // For signatures that wait at the same time, several at once; for those that are alone.
  kernel_use batch = kernel_use::automatic;
  kernel_use single = kernel_use::automatic;
  // Whether those kernels may be of AVX-512.
  kernel_use avx512 = kernel_use::automatic;
  // Of the cache of verified tokens, all threads together; 0: none.
  std::size_t token_cache_bytes = std::size_t{16} * 1024 * 1024;

  bool operator==(const verify_config&) const = default;
};

// How the keys of one issuer are kept and fetched.
struct cache_config {
  auth::jwks_settings keys;
  milliseconds connect_timeout = std::chrono::seconds{2};

  bool operator==(const cache_config&) const = default;
};

// What is known of the access tokens a provider makes: app/preset.hpp.
enum class provider : std::uint8_t {
  none,
  cognito,
  entra,
  auth0,
  okta,
  keycloak,
  spiffe,
  kubernetes,
  github,
  google,
  firebase
};

// A field sent along with each request to the provider.
struct header_config {
  std::string name = {};
  // One of the two: the value (secret), or the file that holds it, read anew for each request.
  std::string value = {};
  std::filesystem::path value_file = {};
  std::string value_prefix = {};          // before what the file holds
  std::vector<std::string> origins = {};  // beside the one that is asked first

  bool operator==(const header_config&) const = default;
};

// A field sent to the collector of spans; `origins` is not used.
struct trace_header_config : header_config {
  bool operator==(const trace_header_config&) const = default;
};

// What is recorded of requests, and where it is sent.
struct trace_config {
  bool enabled = false;
  bool propagate = true;  // traces of clients are continued, upstreams are told
  double sample = 0.01;   // the share that is recorded
  std::string endpoint = "http://127.0.0.1:4318/v1/traces";  // empty: none is recorded
  bool allow_http = false;        // the endpoint may be http on another machine
  std::filesystem::path ca_file;  // PEM; empty: the authorities of this machine
  std::string service_name = "latchkey";
  std::size_t queue = 2048;  // spans that may wait, all threads together
  std::size_t batch = 512;   // spans
  milliseconds interval = std::chrono::seconds{5};
  milliseconds timeout = std::chrono::seconds{10};
  std::vector<trace_header_config> headers;

  bool operator==(const trace_config&) const = default;
};

struct issuer_config {
  std::string issuer;  // with `tenants`, a template (jose/issuer_template)
  std::vector<std::string> tenants;
  provider preset = provider::none;  // has been applied to the members below
  // At most one of the three; none: discovery from `issuer`.
  std::string jwks_uri;
  std::filesystem::path jwks_file;
  std::string jwks;             // the key set itself
  bool allow_internal = false;  // discovery may lead to this machine, its link, clouds' metadata
  bool allow_http = false;      // keys and metadata may come over http from other machines
  std::vector<std::string> audiences;
  std::string audience_claim = "aud";
  jose::required_type require_typ = jose::required_type::none;
  std::vector<std::string> scope_claims = {"scope", "scp", "permissions"};
  std::vector<std::string> algorithms = {"RS256"};
  milliseconds clock_skew = std::chrono::seconds{60};
  milliseconds max_token_age{0};  // by `iat`; 0: as old as `exp` allows
  jose::bound_tokens bound_tokens = jose::bound_tokens::refuse;
  std::filesystem::path ca_file;  // PEM; empty: the authorities of this machine
  // PEM, both or neither: what this server proves itself with to the provider.
  std::filesystem::path client_certificate;
  std::filesystem::path client_key;
  std::vector<std::string> client_certificate_origins;  // beside the one that is asked first
  std::string proxy;  // "http://host:port"; "none"; empty: what HTTPS_PROXY and NO_PROXY say
  cache_config cache;
  std::vector<header_config> headers;
  std::vector<auth::token_place> token_from;  // beside the Authorization field
  std::vector<jose::required_claim> required_claims;

  bool operator==(const issuer_config&) const = default;
};

// What clients know an API by (RFC 9728), and a token is made for (RFC 8707): the routes whose
// paths begin with that of `identifier`, at whole segments.
struct resource_config {
  std::string identifier;
  std::string name = {};
  std::string documentation = {};
  std::vector<std::string> audiences = {};              // other names of it in `aud`
  std::vector<std::string> authorization_servers = {};  // empty: the issuers
  std::vector<std::string> scopes_supported = {};       // empty: those of its routes

  bool operator==(const resource_config&) const = default;
};

// Every route but a public one asks for a valid token; `scopes` are those the token must have, all
// of them. Either `handler` or `upstream` is set.
struct route_config {
  std::string path;
  std::vector<http::verb> methods;
  std::vector<std::string> scopes;
  std::string handler;  // a name of route_handlers(), or empty
  std::string summary;  // these three are for the OpenAPI document; empty: left out
  std::string description;
  std::string operation_id;
  // What the server says where they are 0; an upstream route has no request_timeout then.
  std::size_t body_bytes = 0;
  std::chrono::milliseconds body_timeout{0};
  std::chrono::milliseconds request_timeout{0};
  std::string upstream = {};       // the name of one, or empty
  bool is_public = false;          // asks for no token
  bool needs_certificate = false;  // of the client, on its connection
  bool every_method = false;       // then `methods` is empty
  edge::forward_settings forward = {};
  middleware::cors_settings cors = {};
  std::vector<middleware::limit_settings> limits = {};
  std::vector<std::string> tags = {};  // for the OpenAPI document, too
  edge::mcp_settings mcp = {};

  bool operator==(const route_config&) const = default;
};

// Where other proxies ask whether a request of theirs may pass.
struct forward_auth_config {
  std::string path;                          // empty: nowhere
  std::vector<std::string> trusted_proxies;  // who may ask: addresses and networks
  std::vector<edge::claim_header> claims;    // of routes that set none themselves

  bool operator==(const forward_auth_config&) const = default;
};

struct config {
  server_config server;
  admin_config admin;
  log_config log;
  trace_config trace;
  verify_config verify;
  store::settings notes;
  std::vector<issuer_config> issuers;
  std::vector<edge::upstream_settings> upstreams;
  docs_config docs;
  forward_auth_config forward_auth;
  std::vector<resource_config> resources;
  std::vector<route_config> routes;

  bool operator==(const config&) const = default;
};

}  // namespace latchkey::app
