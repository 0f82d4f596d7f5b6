#include "issuers.hpp"

#include "issuer_keys.hpp"

#include <latchkey/app/issuer_rules.hpp>
#include <latchkey/app/key_metrics.hpp>
#include <latchkey/app/verify_metrics.hpp>
#include <latchkey/jose/rsa_batch.hpp>

#include <cstdint>
#include <random>
#include <utility>

namespace latchkey::programs {
namespace {

using app::log_level;

core::siphash_key random_key() {
  std::random_device source;
  const auto word = [&source] { return std::uint64_t{source()} << 32 | source(); };
  return {word(), word()};
}

// With less than this a thread's cache holds a few dozen tokens of usual size, and no large one.
constexpr std::size_t least_useful_cache = std::size_t{64} * 1024;

void warn_of_http(const app::log& events, const app::issuer_config& issuer) {
  events.event(log_level::warn, "keys_over_http",
               {{"issuer", issuer.issuer},
                {"source", source_of(issuer)},
                {"advice",
                 "allow_http = true: whoever is on the way can answer with keys of his "
                 "own and make tokens that are accepted; use https where you can"}});
}

void log_verification(const app::log& events, const app::verify_config& settings,
                      std::size_t threads) {
  const bool batch = settings.batch == app::batch_mode::automatic && jose::rsa_batch_available();
  events.event(log_level::info, "verifying",
               {{"signatures", batch ? "batches of 8 (AVX-512 IFMA) and OpenSSL" : "OpenSSL"},
                {"token_cache_bytes", settings.token_cache_bytes}});
  const auto share = settings.token_cache_bytes / threads;
  if (share != 0 && share < least_useful_cache) {
    events.event(log_level::warn, "small_token_cache",
                 {{"bytes_per_worker", share},
                  {"advice", "raise verify.token_cache_bytes, or set it to 0 for no cache"}});
  }
}

}  // namespace

verification make_verification(const app::config& loaded, const core::clock& clock,
                               async::io_pool& control, async::io_pool& workers,
                               const std::shared_ptr<const app::log>& events,
                               const client::proxy_settings& proxy) {
  verification made;
  std::vector<auth::trusted_issuer> issuers;
  const network around{proxy, {}};
  for (const auto& issuer : loaded.issuers) {
    auto keys = make_issuer_keys(issuer, clock, control.at(0), events, around);
    made.origins.push_back({source_of(issuer), over_http(issuer), keys.report});
    if (over_http(issuer)) warn_of_http(*events, issuer);
    auto rules = app::rules_of(issuer);
    issuers.push_back(
        {std::move(rules.claims), rules.header, std::move(keys.client), issuer.token_from});
  }
  std::vector<async::executor> threads;
  for (std::size_t i = 0; i < workers.size(); ++i) threads.push_back(workers.at(i));
  jose::token_limits limits;
  limits.bytes = loaded.server.limits.token_bytes;

  made.lanes = std::make_shared<const auth::lanes>(
      threads, loaded.verify.batch == app::batch_mode::automatic, loaded.verify.token_cache_bytes,
      random_key());
  made.trusted = std::make_shared<const auth::trust>(std::move(issuers), limits, clock, made.lanes);
  log_verification(*events, loaded.verify, threads.size());
  return made;
}

std::vector<app::readiness> readiness_of(const verification& with) {
  std::vector<app::readiness> checks;
  for (const auto& issuer : with.trusted->issuers()) {
    checks.push_back(
        {"keys of " + issuer.rules.issuer, [keys = issuer.keys] { return keys->ready(); }});
  }
  return checks;
}

app::collect_status status_of(const verification& with) {
  return [with] {
    std::vector<app::issuer_status> all;
    const auto& issuers = with.trusted->issuers();
    for (std::size_t i = 0; i < issuers.size(); ++i) {
      const auto& origin = with.origins[i];
      all.push_back({issuers[i].rules.issuer, origin.source, issuers[i].keys->stats(),
                     origin.over_http, origin.report->last()});
    }
    return all;
  };
}

app::collect_metrics metrics_of(const verification& with) {
  return [with, keys = status_of(with)](app::metrics_text& page) {
    app::write_verify_metrics(page, with.lanes->counts());
    app::write_cache_metrics(page, with.lanes->cache_stats());
    app::write_key_metrics(page, keys());
  };
}

}  // namespace latchkey::programs
