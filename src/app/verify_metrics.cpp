#include <latchkey/app/verify_metrics.hpp>

#include <array>
#include <cstdint>

namespace latchkey::app {

void write_verify_metrics(metrics_text& out, const auth::verify_counts& counted) {
  std::array<double, jose::rsa_batch_lanes> bounds{};
  double signatures = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    bounds[i] = static_cast<double>(i + 1);
    signatures += bounds[i] * static_cast<double>(counted.batches[i]);
  }
  out.histogram("latchkey_verify_batch_size", "Signatures that were waiting and checked together.");
  out.buckets(bounds, counted.batches, signatures);

  const std::array by_openssl{metric_label{"path", "openssl"}};
  const std::array by_batch{metric_label{"path", "batch"}};
  out.counter("latchkey_signatures_total", "Signatures checked, by what computed them.");
  out.sample(counted.openssl, by_openssl);
  out.sample(counted.kernel, by_batch);
}

void write_cache_metrics(metrics_text& out, const jose::token_cache_stats& cache) {
  const auto counter = [&out](const char* name, const char* help, std::uint64_t value) {
    out.counter(name, help);
    out.sample(value);
  };
  counter("latchkey_token_cache_hits_total", "Requests whose token was in the cache.", cache.hits);
  counter("latchkey_token_cache_misses_total", "Requests whose token was not.", cache.misses);
  counter("latchkey_token_cache_insertions_total", "Verified tokens put in.", cache.insertions);
  counter("latchkey_token_cache_evictions_total", "Entries that made room for others.",
          cache.evictions);
  counter("latchkey_token_cache_expirations_total", "Entries found past their token's exp.",
          cache.expirations);
  counter("latchkey_token_cache_erasures_total", "Entries whose key was withdrawn, or replaced.",
          cache.erasures);
  counter("latchkey_token_cache_too_large_total", "Verified tokens too large to be kept.",
          cache.too_large);

  const auto gauge = [&out](const char* name, const char* help, std::uint64_t value) {
    out.gauge(name, help);
    out.sample(value);
  };
  gauge("latchkey_token_cache_entries", "Tokens in the cache.", cache.entries);
  gauge("latchkey_token_cache_bytes", "Memory the cache takes.", cache.bytes);
  gauge("latchkey_token_cache_limit_bytes", "The most it may take.", cache.limit);
}

}  // namespace latchkey::app
