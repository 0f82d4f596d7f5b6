// What each worker thread verifies tokens with: its queue of signatures, and its access to what all
// of them share, the cache of tokens and the checks under way. Not for keys.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/per_thread.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/auth/shared_checks.hpp>
#include <latchkey/auth/verification_counts.hpp>
#include <latchkey/auth/verify_queue.hpp>
#include <latchkey/core/siphash.hpp>
#include <latchkey/jose/token_cache.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace latchkey::auth {

struct thread_verifier {
  thread_verifier(const async::executor& where, const jose::rsa_kernels& kernels,
                  jose::token_cache::reader& cache, std::shared_ptr<shared_checks> all,
                  std::shared_ptr<verification_counts> counts)
      : home{where},
        tokens{cache},
        checks{std::move(all)},
        signatures{where, kernels},
        verdicts{std::move(counts)} {}

  async::executor home;
  jose::token_cache::reader& tokens;
  std::shared_ptr<shared_checks> checks;  // never null
  verify_queue signatures;
  std::shared_ptr<verification_counts> verdicts;  // never null
};

class thread_verifiers {
 public:
  // One for each thread of the pool. The cache of `cache_bytes` is one for all of them; 0 for none,
  // and then every request checks for itself. `secret` is random. For `kernels` see verify_queue.
  // `before`, which may be null, was of the same threads: its counts of verdicts go on. `patience`
  // is that of shared_checks.
  thread_verifiers(async::io_pool& threads, const jose::rsa_kernels& kernels,
                   std::size_t cache_bytes, core::siphash_key secret,
                   const thread_verifiers* before = nullptr,
                   core::steady_duration patience = shared_checks::usual_patience);

  // The verifier of the calling thread, which nobody else may use; null outside of the pool.
  thread_verifier* here() const { return all_.here(); }

  const jose::rsa_kernels& kernels() const { return kernels_; }

  // Of all threads. Any thread may ask.
  jose::token_cache_stats cache_stats() const { return tokens_.stats(); }
  verify_counts counts() const;
  std::uint64_t verdicts(const verification& of) const;

 private:
  jose::rsa_kernels kernels_;
  jose::token_cache tokens_;
  async::per_thread<thread_verifier> all_;
};

}  // namespace latchkey::auth
