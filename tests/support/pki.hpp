// Certificates made on the spot, for tests of TLS. Not for real ones.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace latchkey::support {

struct certificate {
  std::string pem;  // signed by itself, so that it is its own authority
  std::string key_pem;
};

namespace detail {

inline std::string take(BIO* memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}

inline void require(bool done) {
  if (!done) throw std::runtime_error{"cannot make a certificate"};
}

struct signing_pair {
  std::shared_ptr<X509> made;
  std::shared_ptr<EVP_PKEY> key;
};

inline signing_pair read_signer(const certificate& from) {
  auto* memory = BIO_new_mem_buf(from.pem.data(), static_cast<int>(from.pem.size()));
  const std::shared_ptr<X509> made{PEM_read_bio_X509(memory, nullptr, nullptr, nullptr), X509_free};
  BIO_free(memory);
  memory = BIO_new_mem_buf(from.key_pem.data(), static_cast<int>(from.key_pem.size()));
  const std::shared_ptr<EVP_PKEY> key{PEM_read_bio_PrivateKey(memory, nullptr, nullptr, nullptr),
                                      EVP_PKEY_free};
  BIO_free(memory);
  require(made && key);
  return {made, key};
}

}  // namespace detail

// A private key of another kind than the certificates' own.
inline std::string make_rsa_key() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_RSA_gen(2048), EVP_PKEY_free};
  detail::require(key != nullptr);
  auto* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return detail::take(memory);
}

inline constexpr const char* usual_names = "DNS:localhost,IP:127.0.0.1";

// Takes the key. Valid from `from` to `until` seconds from now. `names` as in usual_names. Signed
// by `signer` where there is one, which must have another `subject`.
inline certificate certificate_of(EVP_PKEY* owned, const std::string& names = usual_names,
                                  long from = -3600, long until = 3600,
                                  const certificate* signer = nullptr,
                                  const std::string& subject = "latchkey test") {
  using detail::require;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{owned, EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> made{X509_new(), X509_free};
  require(key && made);
  require(X509_set_version(made.get(), 2) == 1);
  require(ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1) == 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), until);
  require(X509_set_pubkey(made.get(), key.get()) == 1);
  auto* name = X509_get_subject_name(made.get());
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(subject.c_str()), -1,
                                     -1, 0) == 1);
  const auto signing = signer != nullptr ? detail::read_signer(*signer) : detail::signing_pair{};
  auto* issuer = signing.made ? X509_get_subject_name(signing.made.get()) : name;
  require(X509_set_issuer_name(made.get(), issuer) == 1);
  for (const auto& [id, value] :
       {std::pair{NID_subject_alt_name, names.c_str()}, {NID_basic_constraints, "CA:TRUE"}}) {
    auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
    require(extension != nullptr && X509_add_ext(made.get(), extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }
  auto* with = signing.key ? signing.key.get() : key.get();
  // A key of the Edwards curves brings its own digest.
  const bool own_digest = EVP_PKEY_is_a(with, "ED25519") == 1;
  require(X509_sign(made.get(), with, own_digest ? nullptr : EVP_sha256()) > 0);
  certificate out;
  auto* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, made.get());
  out.pem = detail::take(memory);
  memory = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  out.key_pem = detail::take(memory);
  return out;
}

// Of a key on P-256.
inline certificate make_certificate(const std::string& names = usual_names, long from = -3600,
                                    long until = 3600, const certificate* signer = nullptr,
                                    const std::string& subject = "latchkey test") {
  return certificate_of(EVP_EC_gen("P-256"), names, from, until, signer, subject);
}

}  // namespace latchkey::support
