// The check of one PKCS#1 v1.5 signature by OpenSSL's Montgomery arithmetic, without the
// conversions and allocations around it in EVP_PKEY_verify, which are a seventh of its time. Not
// for other paddings or exponents than 65537: those go through EVP.
#pragma once

#include "bignum.hpp"

#include <latchkey/jose/algorithm.hpp>

#include <cstdint>
#include <memory>
#include <span>

namespace latchkey::jose {

// One key, prepared once. Immutable; any number of threads may use one at a time.
class rsa_public {
 public:
  // `modulus` is big-endian without leading zeros, odd, of at most 8192 bits. Null for another
  // exponent.
  static std::shared_ptr<const rsa_public> prepare(std::span<const unsigned char> modulus,
                                                   std::uint64_t exponent);

  // By RFC 8017 section 8.2.2: the signature is as long as the modulus and, as a number, below it,
  // and its power is the whole expected block of that digest, which is compared and never parsed.
  // `kind` is not none, and `digest` has its length.
  bool verifies(digest_kind kind, std::span<const unsigned char> digest,
                std::span<const unsigned char> signature) const;

 private:
  rsa_public(std::span<const unsigned char> modulus);

  std::size_t size_;  // of the modulus, in bytes
  bignum modulus_;
  montgomery_context montgomery_;
};

}  // namespace latchkey::jose
