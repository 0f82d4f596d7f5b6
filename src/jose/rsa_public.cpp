#include "rsa_public.hpp"

#include "pkcs1_block.hpp"
#include "rsa_batch_known.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

namespace latchkey::jose {
namespace {

constexpr std::size_t max_bytes = 1024;
// Of a modulus that the kernel for single signatures takes.
using number_bytes = std::array<unsigned char, 256>;

// What one thread computes with.
struct workplace {
  bignum_context context{BN_CTX_new()};
  bignum signature = new_bignum();
  bignum power = new_bignum();
};

}  // namespace

rsa_public::rsa_public(bytes modulus)
    : size_{modulus.size()},
      modulus_{BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr)},
      montgomery_{BN_MONT_CTX_new()} {
  const workplace here;
  require_memory(modulus_ && montgomery_ && here.context &&
                 BN_MONT_CTX_set(montgomery_.get(), modulus_.get(), here.context.get()) == 1);
}

std::shared_ptr<const rsa_public> rsa_public::prepare(bytes modulus, std::uint64_t exponent,
                                                      rsa_single_kernels tried) {
  if (exponent != 65537 || modulus.size() > max_bytes || modulus.empty()) return nullptr;
  std::shared_ptr<rsa_public> made{new rsa_public{modulus}};
  made->single_ = rsa_single_key::prepare(modulus, exponent);
  if (made->single_ && !std::all_of(tried.begin(), tried.end(), [&made](const auto* one) {
        return made->power_is_right(*one);
      })) {
    made->single_ = nullptr;
    made->wrong_ = true;
  }
  return made;
}

// Of a number that is below every modulus of that size, and in whose power every digit of the
// modulus has a part.
bool rsa_public::power_is_right(const rsa_single_kernel& kernel) const {
  number_bytes by_kernel;
  number_bytes by_openssl;
  return power_by(kernel, by_kernel, known::signature) &&
         power_by_openssl(by_openssl, known::signature) && by_kernel == by_openssl;
}

bool rsa_public::power_by(const rsa_single_kernel& kernel, std::span<unsigned char> out,
                          bytes signature) const {
  const auto modulus = single_->modulus();
  if (std::memcmp(signature.data(), modulus.data(), modulus.size()) >= 0) return false;
  kernel.power(out.first<modulus.size()>(), signature.first<modulus.size()>(), *single_);
  return true;
}

bool rsa_public::power_by_openssl(std::span<unsigned char> out, bytes signature) const {
  thread_local const workplace here;
  auto* const context = here.context.get();
  auto* const base = here.signature.get();
  auto* const power = here.power.get();
  require_memory(context != nullptr);
  require_memory(BN_bin2bn(signature.data(), static_cast<int>(size_), base) != nullptr);
  if (BN_cmp(base, modulus_.get()) >= 0) return false;
  // 65537 = 2^16 + 1. The last factor is not in Montgomery's form, so the result is not either.
  auto* const by = montgomery_.get();
  require_memory(BN_to_montgomery(power, base, by, context) == 1);
  for (int i = 0; i < 16; ++i) {
    require_memory(BN_mod_mul_montgomery(power, power, power, by, context) == 1);
  }
  require_memory(BN_mod_mul_montgomery(power, power, base, by, context) == 1);
  require_memory(BN_bn2binpad(power, out.data(), static_cast<int>(size_)) >= 0);
  return true;
}

bool rsa_public::verifies(digest_kind kind, bytes digest, bytes signature,
                          const rsa_single_kernel* kernel) const {
  if (signature.size() != size_) return false;
  std::array<unsigned char, max_bytes> computed;
  std::array<unsigned char, max_bytes> expected;
  const auto power = std::span{computed}.first(size_);
  const bool in_range = kernel != nullptr && single_ ? power_by(*kernel, power, signature)
                                                     : power_by_openssl(power, signature);
  if (!in_range) return false;
  write_pkcs1_block(std::span{expected}.first(size_), kind, digest);
  return std::memcmp(computed.data(), expected.data(), size_) == 0;
}

}  // namespace latchkey::jose
