#include <latchkey/auth/thread_verifiers.hpp>

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace latchkey::auth {

thread_verifiers::thread_verifiers(const std::vector<async::executor>& threads, bool batch,
                                   std::size_t cache_bytes, core::siphash_key secret) {
  const auto share = threads.empty() ? 0 : cache_bytes / threads.size();
  all_.reserve(threads.size());
  for (const auto& thread : threads) {
    if (of(thread) != nullptr) throw std::invalid_argument{"a thread has two verifiers"};
    const auto* const context = &thread.context();
    const auto place = std::lower_bound(
        all_.begin(), all_.end(), context,
        [](const owned& one, const auto* other) { return std::less<>{}(one.context, other); });
    all_.insert(place, {context, std::make_unique<thread_verifier>(thread, batch, share, secret)});
  }
}

thread_verifier* thread_verifiers::of(const async::executor& thread) const {
  const async::asio::execution_context* const context = &thread.context();
  const auto place = std::lower_bound(
      all_.begin(), all_.end(), context,
      [](const owned& one, const auto* other) { return std::less<>{}(one.context, other); });
  return place != all_.end() && place->context == context ? place->own.get() : nullptr;
}

jose::token_cache_stats thread_verifiers::cache_stats() const {
  jose::token_cache_stats sum;
  for (const auto& one : all_) sum += one.own->tokens.stats();
  return sum;
}

verify_counts thread_verifiers::counts() const {
  verify_counts sum;
  for (const auto& one : all_) sum += one.own->signatures.counts();
  return sum;
}

}  // namespace latchkey::auth
