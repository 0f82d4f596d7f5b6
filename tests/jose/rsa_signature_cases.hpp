// Signatures of real keys, and what they may be turned into, for the tests that hold a way of
// verifying against EVP_PKEY_verify. Not a test itself.
#pragma once

#include "rsa_batch_cases.hpp"

#include <latchkey/jose/evp.hpp>
#include <latchkey/jose/json.hpp>
#include <latchkey/jose/jwk.hpp>
#include <latchkey/jose/signing_key.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace latchkey::jose {

// A key, as a provider has it and as the server does.
struct rsa_pair {
  evp_pkey signer;
  key by;
};

// Of which of the pairs, of what digest.
struct signature_of {
  std::size_t pair;
  std::array<unsigned char, 32> digest;
  rsa_number bytes;
};

inline rsa_pair make_pair() {
  const auto made = signing_key::generate(2048, "k");
  const auto pem = made.to_pem();
  const std::unique_ptr<BIO, decltype(&BIO_free)> input{
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
  return {evp_pkey{PEM_read_bio_PrivateKey(input.get(), nullptr, nullptr, nullptr)},
          parse_jwk(parse_json(made.public_jwk()).value().get_object()).value()};
}

inline signature_of sign(const std::vector<rsa_pair>& pairs, std::size_t which, random& chance) {
  signature_of made{which, {}, {}};
  for (auto& byte : made.digest) byte = static_cast<unsigned char>(chance());
  const evp_pkey_context context{EVP_PKEY_CTX_new(pairs[which].signer.get(), nullptr)};
  std::size_t size = made.bytes.size();
  support::must(EVP_PKEY_sign_init(context.get()) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
                EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
                EVP_PKEY_sign(context.get(), made.bytes.data(), &size, made.digest.data(),
                              made.digest.size()) == 1);
  return made;
}

// s + n if that still has 256 bytes: the same number modulo n, and not a signature.
inline rsa_number unreduced(const signature_of& one, const key& by) {
  const auto sum = support::as_bignum(one.bytes);
  const auto n = support::as_bignum(by.modulus());
  support::must(BN_add(sum.get(), sum.get(), n.get()) == 1);
  return BN_num_bits(sum.get()) <= 2048 ? support::as_bytes(sum.get()) : one.bytes;
}

// What a signature may be turned into.
inline void spoil(signature_of& one, const std::vector<rsa_pair>& pairs, random& chance) {
  rsa_number modulus;
  std::copy_n(pairs[one.pair].by.modulus().begin(), modulus.size(), modulus.begin());
  switch (chance() % 16) {
    case 0:
    case 1:
    case 2:
      one.bytes = flip(one.bytes, chance() % 2048);
      break;
    case 3:
      one.digest[chance() % 32] ^= static_cast<unsigned char>(1U << chance() % 8);
      break;
    case 4:
      one.pair = chance() % pairs.size();
      break;
    case 5:
      one.bytes = random_number(chance);
      break;
    case 6:
      one.bytes = hard_number(chance);
      break;
    case 7:
      one.bytes = modulus;
      break;
    case 8:
      one.bytes = below(modulus, 1 + chance() % 3);
      break;
    case 9:
      one.bytes = unreduced(one, pairs[one.pair].by);
      break;
    case 10: {
      const auto n = support::as_bignum(modulus);
      const auto s = support::as_bignum(one.bytes);
      if (BN_sub(n.get(), n.get(), s.get()) == 1 && BN_is_negative(n.get()) == 0) {
        one.bytes = support::as_bytes(n.get());
      }
      break;
    }
    default:
      break;  // is left as it is
  }
}

}  // namespace latchkey::jose
