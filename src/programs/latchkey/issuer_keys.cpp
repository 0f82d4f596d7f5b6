#include "issuer_keys.hpp"

#include "key_log.hpp"

#include <latchkey/auth/key_source.hpp>
#include <latchkey/client/https_client.hpp>

#include <random>
#include <utility>

namespace latchkey::programs {
namespace {

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

}  // namespace

issuer_keys make_issuer_keys(const app::issuer_config& issuer, const core::clock& clock,
                             const async::executor& home, const async::io_pool& readers,
                             const std::shared_ptr<const app::log>& events, const network& shared) {
  const auto random = [engine = std::mt19937_64{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
  };
  const auto report = std::make_shared<auth::source_report>();
  auto client = std::make_shared<auth::jwks_client>(
      keys_settings(issuer), source_for(issuer, clock, shared, report), clock, home, random,
      log_keys_to(events, issuer.issuer, report), std::make_unique<async::background_thread>(),
      &readers);
  return {std::move(client), report};
}

}  // namespace latchkey::programs
