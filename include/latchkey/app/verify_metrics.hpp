// Writes what is counted where tokens are verified. Not for counting it.
#pragma once

#include <latchkey/app/metric_table.hpp>
#include <latchkey/auth/thread_verifiers.hpp>
#include <latchkey/auth/verify_queue.hpp>
#include <latchkey/jose/token_cache.hpp>

#include <vector>

namespace latchkey::app {

// latchkey_verify_batch_size and latchkey_signatures_total; of all threads, added up.
void write_verify_metrics(metrics_text& out, const auth::verify_counts& counted);

// latchkey_verifications_total, of all threads, added up, and latchkey_verify_kernel_info.
void write_verdict_metrics(metrics_text& out, const auth::thread_verifiers& of);

// latchkey_token_cache_*.
void write_cache_metrics(metrics_text& out, const jose::token_cache_stats& cache);

// Of all.
std::vector<metric_info> verify_metrics();

}  // namespace latchkey::app
