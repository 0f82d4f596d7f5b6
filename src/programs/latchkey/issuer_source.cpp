#include "issuer_source.hpp"

#include "issuer_settings.hpp"

#include <latchkey/client/https_client.hpp>

#include <utility>

namespace latchkey::programs {

auth::key_source source_for(const app::issuer_config& issuer, const core::clock& clock,
                            const network& shared,
                            const std::shared_ptr<auth::source_report>& report) {
  if (!issuer.jwks.empty()) return auth::keys_inline(issuer.jwks);
  if (!issuer.jwks_file.empty()) {
    return auth::keys_in_file(issuer.jwks_file, issuer.cache.keys.limits.bytes);
  }
  auto reaching = fetch_settings(issuer, shared.proxy);
  reaching.trusted = shared.authorities;
  reaching.names = shared.names.for_another_user();
  auto fetch = client::https_client{std::move(reaching)}.as_fetch();
  if (!issuer.jwks_uri.empty()) {
    return auth::keys_at(std::move(fetch), issuer.jwks_uri, {issuer.allow_http, report});
  }
  auth::discovery_settings finding;
  finding.issuer = issuer.issuer;
  finding.allow_internal = issuer.allow_internal;
  finding.allow_http = issuer.allow_http;
  finding.report = report;
  return auth::keys_discovered(std::move(fetch), clock, std::move(finding));
}

}  // namespace latchkey::programs
