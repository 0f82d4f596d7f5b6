// PKCS#1 v1.5 by Montgomery's arithmetic against EVP_PKEY_verify: sizes, digests, and every way to
// spoil a signature.
#include <latchkey/jose/evp.hpp>
#include <latchkey/jose/jwk.hpp>

#include <gtest/gtest.h>
#include <jose/pkcs1_block.hpp>
#include <jose/rsa_public.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <support/evp_oracle.hpp>
#include <support/reference_kernel.hpp>

#include <algorithm>
#include <iostream>
#include <random>
#include <vector>

namespace latchkey::jose {
namespace {

using bytes = std::vector<unsigned char>;
using random = std::mt19937_64;

const EVP_MD* native(digest_kind kind) {
  return kind == digest_kind::sha256   ? EVP_sha256()
         : kind == digest_kind::sha384 ? EVP_sha384()
                                       : EVP_sha512();
}

struct pair {
  explicit pair(unsigned bits)
      : native{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits})} {
    BIGNUM* raw = nullptr;
    EVP_PKEY_get_bn_param(native.get(), OSSL_PKEY_PARAM_RSA_N, &raw);
    n.reset(raw);
    modulus.resize(bits / 8);
    BN_bn2bin(n.get(), modulus.data());
    by = rsa_public::prepare(modulus, 65537);
  }

  bytes sign(digest_kind kind, const bytes& digest) const {
    const evp_pkey_context context{EVP_PKEY_CTX_new(native.get(), nullptr)};
    bytes made(modulus.size());
    auto size = made.size();
    if (EVP_PKEY_sign_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(context.get(), jose::native(kind)) != 1 ||
        EVP_PKEY_sign(context.get(), made.data(), &size, digest.data(), digest.size()) != 1) {
      throw std::runtime_error{"cannot sign"};
    }
    return made;
  }

  // Raw: any block at all, to make signatures of blocks that are padded wrongly.
  bytes sign_block(const bytes& block) const {
    const evp_pkey_context context{EVP_PKEY_CTX_new(native.get(), nullptr)};
    bytes made(modulus.size());
    auto size = made.size();
    if (EVP_PKEY_sign_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1 ||
        EVP_PKEY_sign(context.get(), made.data(), &size, block.data(), block.size()) != 1) {
      throw std::runtime_error{"cannot sign"};
    }
    return made;
  }

  evp_pkey native;
  bignum n;
  bytes modulus;
  std::shared_ptr<const rsa_public> by;
};

bytes as_bytes(const BIGNUM* number, std::size_t size) {
  bytes made(size);
  return BN_bn2binpad(number, made.data(), static_cast<int>(size)) < 0 ? bytes{} : made;
}

// The number of the signature and n, put together in some way, or the signature with a bit changed.
bytes spoil(const bytes& signature, const pair& by, random& chance) {
  const auto size = signature.size();
  const bignum s{BN_bin2bn(signature.data(), static_cast<int>(size), nullptr)};
  bytes made = signature;
  switch (chance() % 10) {
    case 0:
    case 1:
    case 2:
      made[chance() % size] ^= static_cast<unsigned char>(1U << chance() % 8);
      return made;
    case 3:
      BN_sub(s.get(), by.n.get(), s.get());
      return as_bytes(s.get(), size);
    case 4:
      BN_add(s.get(), by.n.get(), s.get());
      return as_bytes(s.get(), size);
    case 5:
      return by.modulus;
    case 6:
      return bytes(size, 0);
    case 7: {
      bytes one(size, 0);
      one.back() = static_cast<unsigned char>(1 + chance() % 2);
      return one;
    }
    case 8:
      made.push_back(0);
      return made;
    default:
      made.insert(made.begin(), 0);
      made.pop_back();
      return made;
  }
}

struct tried {
  // None, which is OpenSSL; those of this processor, if it has any; and one that is always there.
  std::vector<const rsa_single_kernel*> kernels{
      nullptr, find_rsa_single_kernel(rsa_single_kind::ifma),
      find_rsa_single_kernel(rsa_single_kind::adx), &support::reference_single_kernel};
  std::size_t cases = 0;
  std::size_t accepted = 0;
  std::size_t disagreements = 0;

  void compare(const pair& by, digest_kind kind, const bytes& digest, const bytes& signature) {
    const bool openssl = support::evp_accepts(by.native.get(), native(kind), digest, signature);
    for (const auto* kernel : kernels) {
      const bool ours = by.by->verifies(kind, digest, signature, kernel);
      ++cases;
      accepted += ours;
      disagreements += ours != openssl;
    }
  }
};

TEST(rsa_public, agrees_with_evp) {
  random chance{1};
  tried all;
  for (const unsigned bits : {2048U, 2056U, 3072U, 4096U}) {
    const pair by{bits};
    ASSERT_TRUE(by.by);
    for (int round = 0; round < 60; ++round) {
      const auto kind =
          std::array{digest_kind::sha256, digest_kind::sha384, digest_kind::sha512}[chance() % 3];
      bytes digest(static_cast<std::size_t>(EVP_MD_get_size(native(kind))));
      for (auto& byte : digest) byte = static_cast<unsigned char>(chance());
      const auto signature = by.sign(kind, digest);
      all.compare(by, kind, digest, signature);
      for (int i = 0; i < 12; ++i) all.compare(by, kind, digest, spoil(signature, by, chance));
      auto other = digest;
      other[chance() % other.size()] ^= 1;
      all.compare(by, kind, other, signature);
    }
  }
  std::cout << "one at a time: " << all.cases << " cases, " << all.accepted << " accepted, "
            << all.disagreements << " disagreements\n";
  EXPECT_EQ(all.disagreements, 0U);
  EXPECT_GE(all.accepted, 4 * 240U);
}

// Signatures the key did make, of blocks that are nearly right: each byte of the block changed.
TEST(rsa_public, only_the_whole_block_will_do) {
  const pair by{2048};
  const bytes digest(32, 0x5A);
  const auto signature = by.sign(digest_kind::sha256, digest);
  const evp_pkey_context context{EVP_PKEY_CTX_new(by.native.get(), nullptr)};
  bytes block(256);
  auto size = block.size();
  ASSERT_EQ(EVP_PKEY_verify_recover_init(context.get()), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
  ASSERT_EQ(EVP_PKEY_verify_recover(context.get(), block.data(), &size, signature.data(), 256), 1);
  for (const auto* kernel : tried{}.kernels) {
    EXPECT_TRUE(by.by->verifies(digest_kind::sha256, digest, by.sign_block(block), kernel));
    for (std::size_t at = 1; at < block.size(); ++at) {
      auto wrong = block;
      wrong[at] ^= static_cast<unsigned char>(at % 2 == 0 ? 0x01 : 0x80);
      EXPECT_FALSE(by.by->verifies(digest_kind::sha256, digest, by.sign_block(wrong), kernel))
          << at;
    }
  }
}

// A kernel whose powers are one too high in the last digit, or always what any signature of that
// key would need: both have to know the power that OpenSSL finds.
TEST(rsa_public, a_kernel_that_is_wrong_with_a_key_is_not_asked) {
  const pair by{2048};
  constexpr rsa_single_kernel off_by_one{"off by one", "off_by_one",
                                         [](auto out, auto base, const rsa_single_key& key) {
                                           support::reference_single_kernel.power(out, base, key);
                                           out.back() ^= 1;
                                         }};
  constexpr rsa_single_kernel constant{
      "constant", "constant", [](auto out, auto, const rsa_single_key&) {
        write_pkcs1_block(out, digest_kind::sha256, bytes(32, 0x5A));
      }};
  const bytes digest(32, 0x5A);
  const auto good = by.sign(digest_kind::sha256, digest);
  auto bad = good;
  bad.back() ^= 1;
  for (const auto* kernel : {&off_by_one, &constant}) {
    const std::array<const rsa_single_kernel*, 2> both = {&support::reference_single_kernel,
                                                          kernel};
    const auto wary = rsa_public::prepare(by.modulus, 65537, both);
    EXPECT_TRUE(wary->got_trial_wrong());
    EXPECT_EQ(wary->single(), nullptr);
    EXPECT_TRUE(wary->verifies(digest_kind::sha256, digest, good, kernel));
    EXPECT_FALSE(wary->verifies(digest_kind::sha256, digest, bad, kernel));
  }
  const std::array<const rsa_single_kernel*, 1> right = {&support::reference_single_kernel};
  const auto trusting = rsa_public::prepare(by.modulus, 65537, right);
  EXPECT_FALSE(trusting->got_trial_wrong());
  EXPECT_NE(trusting->single(), nullptr);
}

TEST(rsa_public, a_kernel_is_asked_for_keys_of_2048_bits_only) {
  for (const unsigned bits : {2048U, 2056U, 3072U, 4096U}) {
    const pair by{bits};
    EXPECT_EQ(by.by->single() != nullptr, bits == 2048) << bits;
    EXPECT_FALSE(by.by->got_trial_wrong()) << bits;
  }
}

TEST(rsa_public, is_for_the_usual_exponent_only) {
  bytes modulus(256, 0xFF);
  EXPECT_NE(rsa_public::prepare(modulus, 65537), nullptr);
  EXPECT_EQ(rsa_public::prepare(modulus, 3), nullptr);
  EXPECT_EQ(rsa_public::prepare(modulus, 65539), nullptr);
  EXPECT_EQ(rsa_public::prepare(bytes(1025, 0xFF), 65537), nullptr);
  EXPECT_EQ(rsa_public::prepare({}, 65537), nullptr);
}

}  // namespace
}  // namespace latchkey::jose
