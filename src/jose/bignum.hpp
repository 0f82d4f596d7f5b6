// Owning pointers for OpenSSL's big numbers. Not for computing with them.
#pragma once

#include <openssl/bn.h>

#include <memory>
#include <new>

namespace latchkey::jose {

struct bn_delete {
  void operator()(BIGNUM* number) const noexcept { BN_free(number); }
  void operator()(BN_CTX* context) const noexcept { BN_CTX_free(context); }
  void operator()(BN_MONT_CTX* context) const noexcept { BN_MONT_CTX_free(context); }
};

using bignum = std::unique_ptr<BIGNUM, bn_delete>;
using bignum_context = std::unique_ptr<BN_CTX, bn_delete>;
using montgomery_context = std::unique_ptr<BN_MONT_CTX, bn_delete>;

// For what fails only where there is no memory.
inline void require_memory(bool done) {
  if (!done) throw std::bad_alloc{};
}

inline bignum new_bignum() {
  bignum made{BN_new()};
  require_memory(made != nullptr);
  return made;
}

}  // namespace latchkey::jose
