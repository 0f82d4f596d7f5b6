// Batches the signature checks that are requested in one iteration of a thread's event loop, so
// that as many are checked at once as the batch kernel has lanes. No request waits for further
// ones: the batch is flushed in the next iteration, whatever its size. Not for claims.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/counter.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/check_signatures.hpp>
#include <latchkey/jose/jwk.hpp>
#include <latchkey/jose/rsa_kernels.hpp>
#include <latchkey/jose/token.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace latchkey::auth {

// How many signatures were checked, and how.
struct verify_counts {
  // [n - 1]: how many times n signatures were waiting and checked together.
  std::array<std::uint64_t, jose::max_rsa_batch_lanes> batches{};
  std::uint64_t openssl = 0;  // signatures
  std::uint64_t kernel = 0;   // signatures, by the batch kernel
  std::uint64_t single = 0;   // signatures, by the kernel for single ones

  verify_counts& operator+=(const verify_counts& other);
};

class verify_queue {
 public:
  // Belongs to the thread that runs the context of `home`, and lives for as long as anybody waits;
  // whoever waits last may end it. Without a batch kernel every signature is checked at once.
  verify_queue(const async::executor& home, const jose::rsa_kernels& kernels);
  ~verify_queue();
  verify_queue(const verify_queue&) = delete;
  verify_queue& operator=(const verify_queue&) = delete;

  // As jose::check_signature, in a coroutine of the thread; `alg` is what check_header gave. The
  // arguments live until the task ends. If memory runs out the result is not_enough_memory. A
  // context that is destroyed before the flush destroys the waiting coroutine with it. `batched`,
  // where it is not null, is told whether the signature was checked together with others.
  async::task<core::error_code> check(const jose::token& token, jose::algorithm alg,
                                      const jose::key& key, bool* batched = nullptr);

  // Any thread.
  verify_counts counts() const;

 private:
  struct waiting_check;
  struct pending_batch;
  struct flush_task;

  core::error_code check_now(const jose::token& token, jose::algorithm alg, const jose::key& key);
  // The batch of this iteration, with room for one more.
  pending_batch& current_batch();
  void count(const jose::signature_paths& taken);
  // At most as many as the batch kernel has lanes.
  void check_pass(std::span<waiting_check> these);
  void flush(std::unique_ptr<pending_batch> full);

  async::executor home_;
  jose::rsa_kernels kernels_;
  // Owned by the posted flush_task, so that the waiting coroutines are destroyed with the context.
  pending_batch* current_ = nullptr;
  std::unique_ptr<pending_batch> spare_;

  // Written by the one thread, read by any.
  std::array<core::counter, jose::max_rsa_batch_lanes> batches_;
  core::counter by_openssl_;
  core::counter by_kernel_;
  core::counter by_single_;
};

}  // namespace latchkey::auth
