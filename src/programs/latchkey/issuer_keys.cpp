#include "issuer_keys.hpp"

#include "key_log.hpp"

#include <random>
#include <utility>

namespace latchkey::programs {
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
