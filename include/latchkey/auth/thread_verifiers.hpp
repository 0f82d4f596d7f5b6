// The state each worker thread verifies tokens with: its token cache and its signature queue. Not
// for anything that threads share.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/per_thread.hpp>
#include <latchkey/async/task.hpp>
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
  thread_verifier(const async::executor& home, bool use_batches, std::size_t cache_bytes,
                  core::siphash_key secret, std::shared_ptr<verification_counts> counts)
      : tokens{cache_bytes, secret}, signatures{home, use_batches}, verdicts{std::move(counts)} {}

  jose::token_cache tokens;
  verify_queue signatures;
  std::shared_ptr<verification_counts> verdicts;  // never null
};

class thread_verifiers {
 public:
  // One for each thread of the pool. `cache_bytes` is for all of them together; 0 for no cache.
  // `secret` is random. For `use_batches` see verify_queue. `before`, which may be null, was of the
  // same threads: its counts of verdicts go on.
  thread_verifiers(async::io_pool& threads, bool use_batches, std::size_t cache_bytes,
                   core::siphash_key secret, const thread_verifiers* before = nullptr);

  // The verifier of the calling thread, which nobody else may use; null outside of the pool.
  thread_verifier* here() const { return all_.here(); }

  // Of all threads. Any thread may ask.
  jose::token_cache_stats cache_stats() const;
  verify_counts counts() const;
  std::uint64_t verdicts(const verification& of) const;

 private:
  async::per_thread<thread_verifier> all_;
};

}  // namespace latchkey::auth
