#include "harness/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <utility>

namespace latchkey::bench::harness {
namespace {

constexpr long hour = 3600;

void require(bool done) {
  if (!done) throw std::runtime_error{"cannot make a certificate"};
}

struct bio_deleter {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct key_deleter {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct x509_deleter {
  void operator()(X509* made) const { X509_free(made); }
};
struct extension_deleter {
  void operator()(X509_EXTENSION* made) const { X509_EXTENSION_free(made); }
};

template <class Write>
std::string text_of(Write write) {
  const std::unique_ptr<BIO, bio_deleter> memory{BIO_new(BIO_s_mem())};
  require(memory && write(memory.get()) == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

void add_names(X509* made) {
  auto* name = X509_get_subject_name(made);
  const auto* text = reinterpret_cast<const unsigned char*>("latchkey-bench");
  require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1);
  require(X509_set_issuer_name(made, name) == 1);
  for (const auto& [id, value] : {std::pair{NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"},
                                  {NID_basic_constraints, "CA:TRUE"}}) {
    const std::unique_ptr<X509_EXTENSION, extension_deleter> extension{
        X509V3_EXT_conf_nid(nullptr, nullptr, id, value)};
    require(extension && X509_add_ext(made, extension.get(), -1) == 1);
  }
}

}  // namespace

certificate make_certificate() {
  const std::unique_ptr<EVP_PKEY, key_deleter> key{EVP_EC_gen("P-256")};
  const std::unique_ptr<X509, x509_deleter> made{X509_new()};
  require(key && made);
  require(X509_set_version(made.get(), 2) == 1);
  require(ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1) == 1);
  require(X509_gmtime_adj(X509_getm_notBefore(made.get()), -hour) != nullptr);
  require(X509_gmtime_adj(X509_getm_notAfter(made.get()), 24 * hour) != nullptr);
  require(X509_set_pubkey(made.get(), key.get()) == 1);
  add_names(made.get());
  require(X509_sign(made.get(), key.get(), EVP_sha256()) > 0);
  certificate out;
  out.pem = text_of([&](BIO* to) { return PEM_write_bio_X509(to, made.get()); });
  out.key_pem = text_of([&](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return out;
}

}  // namespace latchkey::bench::harness
