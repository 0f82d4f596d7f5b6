// A certificate with its chain and its private key, read once from PEM files, for any number of TLS
// contexts. Not for judging it: names, times and signatures are the peer's business.
#pragma once

#include <latchkey/net/pem_file.hpp>

#include <openssl/ssl.h>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::net {

struct tls_files {
  std::filesystem::path certificate;  // PEM, the own certificate first, then its chain
  std::filesystem::path private_key;  // PEM, not encrypted
};

class key_pair {
 public:
  // What the files are called where they are refused.
  struct words {
    const char* certificate = "certificate";
    const char* key = "private key";
  };

  // Throws std::runtime_error that says which file is at fault and why: missing, unreadable, no
  // regular file, above 1 MiB, not PEM.
  explicit key_pair(tls_files files) : key_pair{std::move(files), words{}} {}
  key_pair(tls_files files, words called);

  // Has connections of `context` show it. Throws as above where OpenSSL does not take it, or where
  // the key does not belong to the certificate.
  void use_in(SSL_CTX* context) const;

  const tls_files& files() const { return files_; }
  const X509* certificate() const { return certificate_.get(); }
  // With its chain.
  validity valid() const;

 private:
  struct deleter {
    void operator()(X509* one) const { X509_free(one); }
    void operator()(EVP_PKEY* one) const { EVP_PKEY_free(one); }
  };
  using x509_ptr = std::unique_ptr<X509, deleter>;

  void read_certificates();
  void read_key(std::string_view pem);
  [[noreturn]] void refuse_certificate() const;

  tls_files files_;
  words words_;
  std::string pem_;  // of the certificates
  x509_ptr certificate_;
  std::vector<x509_ptr> chain_;
  std::unique_ptr<EVP_PKEY, deleter> key_;
};

}  // namespace latchkey::net
