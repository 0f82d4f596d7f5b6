// What each thread of a server has for itself to verify tokens with: a cache of those it has
// verified, and the queue of signatures. Not for anything that threads share.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/auth/verify_queue.hpp>
#include <latchkey/core/siphash.hpp>
#include <latchkey/jose/token_cache.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace latchkey::auth {

struct thread_verifier {
  thread_verifier(const async::executor& home, bool batch, std::size_t cache_bytes,
                  core::siphash_key secret)
      : tokens{cache_bytes, secret}, signatures{home, batch} {}

  jose::token_cache tokens;
  verify_queue signatures;
};

class thread_verifiers {
 public:
  // One for each thread, by the executor of its context. `cache_bytes` is for all of them together;
  // 0 for no cache. `secret` is random. Throws std::invalid_argument for an executor named twice.
  thread_verifiers(const std::vector<async::executor>& threads, bool batch, std::size_t cache_bytes,
                   core::siphash_key secret);

  // The verifier of a thread, which nobody else may use; null for a thread without one.
  thread_verifier* of(const async::executor& thread) const;

  // Of all threads. Any thread may ask.
  jose::token_cache_stats cache_stats() const;
  verify_counts counts() const;

 private:
  struct owned {
    const async::asio::execution_context* context;
    std::unique_ptr<thread_verifier> own;
  };
  std::vector<owned> all_;  // in the order of the pointers
};

}  // namespace latchkey::auth
