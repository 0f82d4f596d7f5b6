// Checks several signatures in one call: in batches or one by one with the kernels that there are
// for it, whichever is faster, and what they have no path for by OpenSSL. Not for collecting them:
// that is auth/verify_queue.
#pragma once

#include <latchkey/core/result.hpp>
#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/jwk.hpp>
#include <latchkey/jose/rsa_kernels.hpp>
#include <latchkey/jose/token.hpp>

#include <cstddef>
#include <span>

namespace latchkey::jose {

// One signature to check, and the result.
struct signature_job {
  const jose::token* token = nullptr;  // never null; nor is `key`
  algorithm alg{};                     // what check_header gave for the token
  const jose::key* key = nullptr;
  core::error_code outcome;  // as of check_signature
  bool batched = false;      // it went through a batch kernel
};

// Whether a signature of this algorithm and key can go through a batch kernel, where there is one.
bool fits_batch(algorithm alg, const key& key);

// How many of the jobs went which way.
struct signature_paths {
  std::size_t batch = 0;
  std::size_t single = 0;
  std::size_t openssl = 0;
};

// Each outcome is that of check_signature. What fits goes through the batch kernel, as many at once
// as it has lanes; the rest, where it is smaller than pays off, goes one by one through the kernel
// for single ones, and OpenSSL computes what that has no path for.
signature_paths check_signatures(std::span<signature_job> jobs, const rsa_kernels& kernels);

}  // namespace latchkey::jose
