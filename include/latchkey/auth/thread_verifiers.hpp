// The state each worker thread verifies tokens with: its token cache and its signature queue. Not
// for anything that threads share.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/per_thread.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/auth/verify_queue.hpp>
#include <latchkey/core/siphash.hpp>
#include <latchkey/jose/token_cache.hpp>

#include <cstddef>

namespace latchkey::auth {

struct thread_verifier {
  thread_verifier(const async::executor& home, bool use_batches, std::size_t cache_bytes,
                  core::siphash_key secret)
      : tokens{cache_bytes, secret}, signatures{home, use_batches} {}

  jose::token_cache tokens;
  verify_queue signatures;
};

class thread_verifiers {
 public:
  // One for each thread of the pool. `cache_bytes` is for all of them together; 0 for no cache.
  // `secret` is random. For `use_batches` see verify_queue.
  thread_verifiers(async::io_pool& threads, bool use_batches, std::size_t cache_bytes,
                   core::siphash_key secret);

  // The verifier of the calling thread, which nobody else may use; null outside of the pool.
  thread_verifier* here() const { return all_.here(); }

  // Of all threads. Any thread may ask.
  jose::token_cache_stats cache_stats() const;
  verify_counts counts() const;

 private:
  async::per_thread<thread_verifier> all_;
};

}  // namespace latchkey::auth
