#include <latchkey/auth/thread_verifiers.hpp>

#include <memory>
#include <utility>

namespace latchkey::auth {

thread_verifiers::thread_verifiers(async::io_pool& threads, const jose::rsa_kernels& kernels,
                                   std::size_t cache_bytes, core::siphash_key secret,
                                   const thread_verifiers* before, core::steady_duration patience)
    : kernels_{kernels},
      tokens_{cache_bytes, secret, threads.size()},
      all_{threads, [&, checks = std::make_shared<shared_checks>(patience)](std::size_t index) {
             auto counts = before != nullptr ? before->all_.all()[index]->verdicts
                                             : std::make_shared<verification_counts>();
             return std::make_unique<thread_verifier>(threads.at(index), kernels, tokens_.at(index),
                                                      checks, std::move(counts));
           }} {}

verify_counts thread_verifiers::counts() const {
  verify_counts sum;
  for (const auto& one : all_.all()) sum += one->signatures.counts();
  return sum;
}

std::uint64_t thread_verifiers::verdicts(const verification& of) const {
  std::uint64_t sum = 0;
  for (const auto& one : all_.all()) sum += one->verdicts->get(of);
  return sum;
}

}  // namespace latchkey::auth
