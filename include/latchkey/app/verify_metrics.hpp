// Writes what is counted where tokens are verified and keys are kept. Not for counting it.
#pragma once

#include <latchkey/app/metrics_text.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/verify_queue.hpp>
#include <latchkey/jose/token_cache.hpp>

#include <span>
#include <string>

namespace latchkey::app {

struct issuer_keys {
  std::string issuer;
  auth::jwks_stats stats;
};

// latchkey_verify_batch_size and latchkey_signatures_total; of all threads, added up.
void write_verify_metrics(metrics_text& out, const auth::verify_counts& counted);

// latchkey_token_cache_*; of all threads, added up.
void write_cache_metrics(metrics_text& out, const jose::token_cache_stats& cache);

// latchkey_jwks_*, with the label `issuer`. No issuer is there twice.
void write_key_metrics(metrics_text& out, std::span<const issuer_keys> issuers);

}  // namespace latchkey::app
