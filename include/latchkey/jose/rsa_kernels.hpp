// The kernels that RSA signatures are checked with, as they are handed to whoever checks them. Not
// for choosing among them: that is check_signatures.
#pragma once

#include <latchkey/jose/rsa_batch.hpp>
#include <latchkey/jose/rsa_single.hpp>

namespace latchkey::jose {

// Both outlive whoever uses them. OpenSSL does what is null.
struct rsa_kernels {
  const rsa_batch_kernel* batch = nullptr;    // several signatures at once
  const rsa_single_kernel* single = nullptr;  // one
};

// The best that this processor has.
inline rsa_kernels best_rsa_kernels(avx512_use wide = avx512_use::allowed) {
  return {best_rsa_batch_kernel(wide), best_rsa_single_kernel(wide)};
}

}  // namespace latchkey::jose
