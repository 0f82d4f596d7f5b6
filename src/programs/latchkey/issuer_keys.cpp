#include "issuer_keys.hpp"

#include "key_log.hpp"

#include <latchkey/auth/key_source.hpp>
#include <latchkey/net/https_client.hpp>

#include <random>
#include <utility>

namespace latchkey::programs {
namespace {

auth::key_source source_for(const app::issuer_config& issuer, const core::clock& clock,
                            const net::proxy_settings& environment) {
  if (!issuer.jwks.empty()) return auth::keys_inline(issuer.jwks);
  if (!issuer.jwks_file.empty()) {
    return auth::keys_in_file(issuer.jwks_file, issuer.cache.max_bytes);
  }
  auto fetch = net::https_client{fetch_settings(issuer, environment)}.as_fetch();
  if (!issuer.jwks_uri.empty()) return auth::keys_at(std::move(fetch), issuer.jwks_uri);
  auth::discovery_settings finding;
  finding.issuer = issuer.issuer;
  finding.allow_internal = issuer.allow_internal;
  return auth::keys_discovered(std::move(fetch), clock, std::move(finding));
}

}  // namespace

std::shared_ptr<auth::jwks_client> make_issuer_keys(const app::issuer_config& issuer,
                                                    const core::clock& clock,
                                                    const async::executor& home,
                                                    const std::shared_ptr<const app::log>& events,
                                                    const net::proxy_settings& environment) {
  const auto chance = [engine = std::mt19937_64{std::random_device{}()}]() mutable {
    return std::uniform_real_distribution<double>{0.0, 1.0}(engine);
  };
  return std::make_shared<auth::jwks_client>(
      keys_settings(issuer), source_for(issuer, clock, environment), clock, home, chance,
      log_keys_to(events, issuer.issuer), std::make_unique<async::background_thread>());
}

}  // namespace latchkey::programs
