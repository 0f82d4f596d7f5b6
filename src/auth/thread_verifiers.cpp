#include <latchkey/auth/thread_verifiers.hpp>

#include <memory>

namespace latchkey::auth {

thread_verifiers::thread_verifiers(async::io_pool& threads, bool use_batches,
                                   std::size_t cache_bytes, core::siphash_key secret)
    : all_{threads, [&](std::size_t index) {
             return std::make_unique<thread_verifier>(threads.at(index), use_batches,
                                                      cache_bytes / threads.size(), secret);
           }} {}

jose::token_cache_stats thread_verifiers::cache_stats() const {
  jose::token_cache_stats sum;
  for (const auto& one : all_.all()) sum += one->tokens.stats();
  return sum;
}

verify_counts thread_verifiers::counts() const {
  verify_counts sum;
  for (const auto& one : all_.all()) sum += one->signatures.counts();
  return sum;
}

}  // namespace latchkey::auth
