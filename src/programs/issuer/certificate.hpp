// X.509 certificates of fresh P-256 keys, made in memory: for the TLS faults of the development
// issuer, for the servers that benchmarks start, and for `latchkey init`. Not for certificates that
// anybody relies on.
#pragma once

#include <openssl/types.h>

#include <chrono>
#include <memory>
#include <string>

namespace latchkey::issuer {

struct openssl_deleter {
  void operator()(EVP_PKEY* key) const;
  void operator()(X509* certificate) const;
};
using key_ptr = std::unique_ptr<EVP_PKEY, openssl_deleter>;
using certificate_ptr = std::unique_ptr<X509, openssl_deleter>;

// Borrowed; must live until the call returns.
struct certificate_options {
  std::string subject;             // the common name
  X509* issuer = nullptr;          // whose name and key sign it; null: it is self-signed
  EVP_PKEY* issuer_key = nullptr;  // null exactly where `issuer` is
  std::string names;               // subjectAltName, as "DNS:localhost,IP:127.0.0.1"
  X509* names_from = nullptr;      // whose subjectAltName is taken instead, if it has one
  bool is_authority = false;
  // From now; negative: in the past.
  std::chrono::seconds not_before{};
  std::chrono::seconds not_after{};
};

struct key_and_certificate {
  key_ptr key;
  certificate_ptr certificate;

  std::string certificate_pem() const;
  std::string key_pem() const;  // PKCS #8, not encrypted
};

// Throws std::runtime_error where OpenSSL refuses.
key_and_certificate make_certificate(const certificate_options& options);

}  // namespace latchkey::issuer
