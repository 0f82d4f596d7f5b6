// The check of one PKCS#1 v1.5 signature by the kernel for single ones, or by OpenSSL's Montgomery
// arithmetic, without the conversions and allocations around it in EVP_PKEY_verify, which are a
// seventh of its time. Not for other paddings or exponents than 65537: those go through EVP.
#pragma once

#include "bignum.hpp"

#include <latchkey/jose/algorithm.hpp>
#include <latchkey/jose/rsa_single.hpp>

#include <cstdint>
#include <memory>
#include <span>

namespace latchkey::jose {

// One key, prepared once. Immutable; any number of threads may use one at a time.
class rsa_public {
 public:
  // `modulus` is big-endian without leading zeros, odd, of at most 8192 bits. Null for another
  // exponent. Each of `tried` is tried with it, since a reload may change which one is used:
  // OpenSSL has to find the same power.
  static std::shared_ptr<const rsa_public> prepare(
      std::span<const unsigned char> modulus, std::uint64_t exponent,
      rsa_single_kernels tried = found_rsa_single_kernels());

  // By RFC 8017 section 8.2.2: the signature is as long as the modulus and, as a number, below it,
  // and its power is the whole expected block of that digest, which is compared and never parsed.
  // `kind` is not none, and `digest` has its length. By `kernel`, where it is not null and there is
  // a single() for it; else by OpenSSL.
  bool verifies(digest_kind kind, std::span<const unsigned char> digest,
                std::span<const unsigned char> signature, const rsa_single_kernel* kernel) const;

  // Null where the kernels have no path for the key, or one got its trial wrong.
  const rsa_single_key* single() const { return single_.get(); }
  bool got_trial_wrong() const { return wrong_; }

 private:
  using bytes = std::span<const unsigned char>;

  explicit rsa_public(bytes modulus);
  bool power_is_right(const rsa_single_kernel& kernel) const;
  // Both write as many bytes as the modulus has, unless the number of the signature, which is as
  // long, is not below it: then there is no power.
  bool power_by_openssl(std::span<unsigned char> out, bytes signature) const;
  bool power_by(const rsa_single_kernel& kernel, std::span<unsigned char> out,
                bytes signature) const;

  std::size_t size_;  // of the modulus, in bytes
  bignum modulus_;
  montgomery_context montgomery_;
  std::unique_ptr<const rsa_single_key> single_;
  bool wrong_ = false;
};

}  // namespace latchkey::jose
