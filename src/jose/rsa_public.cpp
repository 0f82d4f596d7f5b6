#include "rsa_public.hpp"

#include "pkcs1_block.hpp"

#include <array>
#include <cstddef>
#include <cstring>

namespace latchkey::jose {
namespace {

constexpr std::size_t max_bytes = 1024;

// What one thread computes with.
struct workplace {
  bignum_context context{BN_CTX_new()};
  bignum signature = new_bignum();
  bignum power = new_bignum();
};

}  // namespace

rsa_public::rsa_public(std::span<const unsigned char> modulus)
    : size_{modulus.size()},
      modulus_{BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr)},
      montgomery_{BN_MONT_CTX_new()} {
  const workplace here;
  require_memory(modulus_ && montgomery_ && here.context &&
                 BN_MONT_CTX_set(montgomery_.get(), modulus_.get(), here.context.get()) == 1);
}

std::shared_ptr<const rsa_public> rsa_public::prepare(std::span<const unsigned char> modulus,
                                                      std::uint64_t exponent) {
  if (exponent != 65537 || modulus.size() > max_bytes || modulus.empty()) return nullptr;
  return std::shared_ptr<const rsa_public>{new rsa_public{modulus}};
}

bool rsa_public::verifies(digest_kind kind, std::span<const unsigned char> digest,
                          std::span<const unsigned char> signature) const {
  if (signature.size() != size_) return false;
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
  std::array<unsigned char, max_bytes> computed;
  std::array<unsigned char, max_bytes> expected;
  require_memory(BN_bn2binpad(power, computed.data(), static_cast<int>(size_)) >= 0);
  write_pkcs1_block(std::span{expected}.first(size_), kind, digest);
  return std::memcmp(computed.data(), expected.data(), size_) == 0;
}

}  // namespace latchkey::jose
