// A batch kernel of the tests: it has lanes as the others have, and OpenSSL's big numbers answer.
// So what is around a kernel is tried on every processor, and without any. Not for speed.
#pragma once

#include <latchkey/jose/rsa_batch.hpp>

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

inline bool reference_accepts(const jose::rsa_batch_item& item) {
  using number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
  const auto read = [](std::span<const unsigned char> bytes) {
    return number{BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr), &BN_free};
  };
  if (item.signature.size() != 256 || item.digest.size() != 32) return false;
  const auto n = read(item.key->modulus());
  const auto base = read(item.signature);
  const number exponent{BN_new(), &BN_free};
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context{BN_CTX_new(), &BN_CTX_free};
  std::array<unsigned char, 256> power;
  if (!n || !base || !exponent || !context || BN_set_word(exponent.get(), 65537) != 1) {
    throw std::bad_alloc{};
  }
  if (BN_cmp(base.get(), n.get()) >= 0) return false;
  if (BN_mod_exp(base.get(), base.get(), exponent.get(), n.get(), context.get()) != 1 ||
      BN_bn2binpad(base.get(), power.data(), static_cast<int>(power.size())) < 0) {
    throw std::bad_alloc{};
  }
  return power == padded_sha256(item.digest);
}

template <std::size_t Lanes>
inline constexpr jose::rsa_batch_kernel reference_kernel{"reference", "reference", Lanes, 2,
                                                         [](std::span<jose::rsa_batch_item> items) {
                                                           for (auto& item : items)
                                                             item.valid = reference_accepts(item);
                                                         }};

}  // namespace latchkey::support
