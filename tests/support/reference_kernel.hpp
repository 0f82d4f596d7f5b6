// Kernels of the tests, for batches and for single signatures: they have lanes as the others have,
// and OpenSSL's big numbers answer. So what is around a kernel is tried on every processor, and
// without any. Not for speed.
#pragma once

#include <latchkey/jose/rsa_batch.hpp>
#include <latchkey/jose/rsa_single.hpp>

#include <openssl/bn.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

namespace latchkey::support {

// EMSA-PKCS1-v1_5 of SHA-256 in 256 bytes.
inline std::array<unsigned char, 256> padded_sha256(std::span<const unsigned char> digest) {
  constexpr std::array<unsigned char, 19> info{0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                               0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                               0x01, 0x05, 0x00, 0x04, 0x20};
  std::array<unsigned char, 256> block;
  block.fill(0xFF);
  block[0] = 0;
  block[1] = 1;
  block[204] = 0;
  std::copy(info.begin(), info.end(), block.begin() + 205);
  std::copy(digest.begin(), digest.end(), block.begin() + 224);
  return block;
}

// base^65537 modulo a number, all of 256 bytes. False, and nothing written, where `base` is not
// below the modulus.
inline bool reference_power(std::span<unsigned char, 256> out, std::span<const unsigned char> base,
                            std::span<const unsigned char> modulus) {
  using number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
  const auto read = [](std::span<const unsigned char> bytes) {
    return number{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), &BN_free};
  };
  const auto n = read(modulus);
  const auto power = read(base);
  const number exponent{BN_new(), &BN_free};
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context{BN_CTX_new(), &BN_CTX_free};
  if (!n || !power || !exponent || !context || BN_set_word(exponent.get(), 65537) != 1) {
    throw std::bad_alloc{};
  }
  if (BN_cmp(power.get(), n.get()) >= 0) return false;
  if (BN_mod_exp(power.get(), power.get(), exponent.get(), n.get(), context.get()) != 1 ||
      BN_bn2binpad(power.get(), out.data(), static_cast<int>(out.size())) < 0) {
    throw std::bad_alloc{};
  }
  return true;
}

inline bool reference_accepts(const jose::rsa_batch_item& item) {
  if (item.signature.size() != 256 || item.digest.size() != 32) return false;
  std::array<unsigned char, 256> power;
  return reference_power(power, item.signature, item.key->modulus()) &&
         power == padded_sha256(item.digest);
}

template <std::size_t Lanes>
inline constexpr jose::rsa_batch_kernel reference_kernel{"reference",
                                                         "reference",
                                                         Lanes,
                                                         2,
                                                         Lanes - 1,
                                                         Lanes - 2,
                                                         [](std::span<jose::rsa_batch_item> items) {
                                                           for (auto& item : items)
                                                             item.valid = reference_accepts(item);
                                                         }};

inline constexpr jose::rsa_single_kernel reference_single_kernel{
    "reference", "reference",
    [](std::span<unsigned char, 256> out, std::span<const unsigned char, 256> base,
       const jose::rsa_single_key& by) { reference_power(out, base, by.modulus()); }};

}  // namespace latchkey::support
