#include "issuer_settings.hpp"

#include <latchkey/http/url.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <utility>

namespace latchkey::programs {
namespace {

using namespace std::chrono_literals;

enum class source : std::uint8_t { address, discovery, file, text };

source kind_of(const app::issuer_config& issuer) {
  if (!issuer.jwks.empty()) return source::text;
  if (!issuer.jwks_file.empty()) return source::file;
  return issuer.jwks_uri.empty() ? source::discovery : source::address;
}

// The longest that a policy may name.
constexpr core::steady_duration a_year = std::chrono::hours{24 * 365};

// A look costs next to nothing, so that a file is polled, and a broken one looked at again at once.
// Nor is there an outage that somebody could use to keep a withdrawn key alive: whoever can spoil
// the file could as well write keys into it. So what replaces it badly leaves the good set in use.
void poll_file(auth::refresh_settings& refresh) {
  refresh.max_age = refresh.shortest_max_age = refresh.longest_max_age = 2s;
  refresh.cooldown = 1s;
  refresh.backoff_first = refresh.backoff_max = 2s;
  refresh.max_stale = a_year;
}

// They change with the configuration only; 304 confirms them once a day.
void keep_text(auth::refresh_settings& refresh) {
  refresh.max_age = refresh.shortest_max_age = refresh.longest_max_age = 24h;
  refresh.max_stale = a_year;
}

std::string value_of(const app::environment_map& environment,
                     std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    const auto found = environment.find(name);
    if (found != environment.end() && !found->second.empty()) return found->second;
  }
  return {};
}

// What is asked first, and where the fields of its headers and its client certificate go.
const std::string& first_asked(const app::issuer_config& issuer) {
  return issuer.jwks_uri.empty() ? issuer.issuer : issuer.jwks_uri;
}

client::proxy_settings proxy_for(const app::issuer_config& issuer,
                                 const client::proxy_settings& environment) {
  if (issuer.proxy == "none") return {};
  if (!issuer.proxy.empty()) return {issuer.proxy, {}};
  const auto where = http::parse_url(first_asked(issuer));
  if (environment.url.empty() || !where) return {};
  const bool used =
      where->secure && !client::is_direct(where->host, where->port, environment.no_proxy);
  // Metadata may lead elsewhere, where the proxy is used; then it is judged.
  if (!used) return kind_of(issuer) == source::discovery ? environment : client::proxy_settings{};
  if (!client::parse_proxy(environment.url)) {
    throw std::invalid_argument{
        "HTTPS_PROXY of the environment is not http://host:port of a proxy, through which " +
        std::string{where->host} +
        " would be reached; correct it, name the host in NO_PROXY, or set proxy of the issuer, "
        "\"none\" for none"};
  }
  return environment;
}

}  // namespace

std::string source_of(const app::issuer_config& issuer) {
  switch (kind_of(issuer)) {
    case source::address:
      return issuer.jwks_uri;
    case source::discovery:
      return "discovery";
    case source::file:
      return "file " + issuer.jwks_file.string();
    case source::text:
      break;
  }
  return "inline";
}

bool over_http(const app::issuer_config& issuer) {
  if (!issuer.allow_http || kind_of(issuer) == source::file || kind_of(issuer) == source::text) {
    return false;
  }
  const auto where = http::parse_url(issuer.jwks_uri);
  return !where || !http::is_secure(*where);
}

bool same_keys(const app::issuer_config& a, const app::issuer_config& b) {
  const auto without_terms = [](app::issuer_config one) {
    const app::issuer_config unset;
    one.preset = unset.preset;
    one.audiences = unset.audiences;
    one.audience_claim = unset.audience_claim;
    one.require_typ = unset.require_typ;
    one.scope_claims = unset.scope_claims;
    one.algorithms = unset.algorithms;
    one.clock_skew = unset.clock_skew;
    one.max_token_age = unset.max_token_age;
    one.bound_tokens = unset.bound_tokens;
    one.token_from = unset.token_from;
    one.required_claims = unset.required_claims;
    return one;
  };
  return without_terms(a) == without_terms(b);
}

client::proxy_settings proxy_from(const app::environment_map& environment) {
  return {value_of(environment, {"https_proxy", "HTTPS_PROXY"}),
          value_of(environment, {"no_proxy", "NO_PROXY"})};
}

auth::jwks_settings keys_settings(const app::issuer_config& issuer) {
  auto settings = issuer.cache.keys;
  if (kind_of(issuer) == source::file) poll_file(settings.refresh);
  if (kind_of(issuer) == source::text) keep_text(settings.refresh);
  return settings;
}

client::https_client_settings fetch_settings(const app::issuer_config& issuer,
                                             const client::proxy_settings& environment) {
  // A key set may be smaller than what says where it is; it has a limit of its own.
  constexpr std::size_t metadata_bytes = std::size_t{64} * 1024;
  const bool discovers = kind_of(issuer) == source::discovery;
  client::https_client_settings settings;
  settings.ca_file = issuer.ca_file;
  settings.connect_timeout = issuer.cache.connect_timeout;
  settings.max_bytes = discovers ? std::max(issuer.cache.keys.limits.bytes, metadata_bytes)
                                 : issuer.cache.keys.limits.bytes;
  settings.client_certificate = issuer.client_certificate;
  settings.client_key = issuer.client_key;
  settings.certificate_origins = issuer.client_certificate_origins;
  settings.certificate_origins.push_back(first_asked(issuer));
  for (const auto& header : issuer.headers) {
    auto origins = header.origins;
    origins.push_back(first_asked(issuer));
    settings.headers.push_back(
        {header.name, header.value, header.value_file, header.value_prefix, std::move(origins)});
  }
  settings.proxy = proxy_for(issuer, environment);
  // Whoever writes the metadata would choose what this server connects to.
  settings.refuse_internal = discovers && !issuer.allow_internal;
  settings.allow_http = issuer.allow_http;
  const auto only = http::parse_url(issuer.jwks_uri);
  settings.http_only = kind_of(issuer) == source::address && only && !only->secure;
  return settings;
}

}  // namespace latchkey::programs
