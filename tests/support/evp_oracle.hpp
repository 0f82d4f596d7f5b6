// What EVP_PKEY_verify says of a PKCS#1 v1.5 signature, with a context of its own each time: the
// word that quicker ways are held against. Not for the code under test.
#pragma once

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <span>
#include <stdexcept>

namespace latchkey::support {

inline bool evp_accepts(EVP_PKEY* by, const EVP_MD* kind, std::span<const unsigned char> digest,
                        std::span<const unsigned char> signature) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context{
      EVP_PKEY_CTX_new(by, nullptr), &EVP_PKEY_CTX_free};
  if (!context || EVP_PKEY_verify_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1 ||
      EVP_PKEY_CTX_set_signature_md(context.get(), kind) != 1) {
    throw std::runtime_error{"OpenSSL refused"};
  }
  const auto verdict = EVP_PKEY_verify(context.get(), signature.data(), signature.size(),
                                       digest.data(), digest.size());
  ERR_clear_error();
  return verdict == 1;
}

}  // namespace latchkey::support
