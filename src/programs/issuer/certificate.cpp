#include "issuer/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <stdexcept>

namespace latchkey::issuer {
namespace {

using bio_ptr = std::unique_ptr<BIO, decltype(&BIO_free)>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)>;

void require(bool done) {
  if (!done) throw std::runtime_error{"cannot make a certificate"};
}

template <class Write>
std::string pem_of(Write write) {
  const bio_ptr memory{BIO_new(BIO_s_mem()), BIO_free};
  require(memory != nullptr && write(memory.get()) == 1);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

void add_extension(X509* to, int id, const char* value) {
  const extension_ptr made{X509V3_EXT_conf_nid(nullptr, nullptr, id, value), X509_EXTENSION_free};
  require(made != nullptr && X509_add_ext(to, made.get(), -1) == 1);
}

void add_alternative_names(X509* to, const certificate_options& options) {
  const auto* from = options.names_from;
  const int at = from == nullptr ? -1 : X509_get_ext_by_NID(from, NID_subject_alt_name, -1);
  if (at >= 0) {
    require(X509_add_ext(to, X509_get_ext(from, at), -1) == 1);
  } else {
    add_extension(to, NID_subject_alt_name, options.names.c_str());
  }
}

void set_names(X509* of, const certificate_options& options) {
  auto* subject = X509_get_subject_name(of);
  const auto* text = reinterpret_cast<const unsigned char*>(options.subject.c_str());
  require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1);
  auto* issuer = options.issuer == nullptr ? subject : X509_get_subject_name(options.issuer);
  require(X509_set_issuer_name(of, issuer) == 1);
  add_alternative_names(of, options);
  add_extension(of, NID_basic_constraints, options.is_authority ? "CA:TRUE" : "CA:FALSE");
}

// Unique among the certificates of one issuer (RFC 5280 section 4.1.2.2) by chance.
void set_serial_number(X509* of) {
  std::uint64_t number = 0;
  require(RAND_bytes(reinterpret_cast<unsigned char*>(&number), sizeof number) == 1);
  require(ASN1_INTEGER_set_uint64(X509_get_serialNumber(of), number) == 1);
}

// A key of the Edwards curves brings its own digest.
bool has_own_digest(const EVP_PKEY* key) {
  return EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1;
}

}  // namespace

void openssl_deleter::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}

void openssl_deleter::operator()(X509* certificate) const {
  X509_free(certificate);
}

std::string key_and_certificate::certificate_pem() const {
  return pem_of([this](BIO* to) { return PEM_write_bio_X509(to, certificate.get()); });
}

std::string key_and_certificate::key_pem() const {
  return pem_of([this](BIO* to) {
    return PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

key_and_certificate make_certificate(const certificate_options& options) {
  key_and_certificate made{key_ptr{EVP_EC_gen("P-256")}, certificate_ptr{X509_new()}};
  auto* certificate = made.certificate.get();
  require(made.key != nullptr && certificate != nullptr);
  require(X509_set_version(certificate, X509_VERSION_3) == 1);
  set_serial_number(certificate);
  const auto adjust = [](ASN1_TIME* time, std::chrono::seconds from_now) {
    require(X509_gmtime_adj(time, static_cast<long>(from_now.count())) != nullptr);
  };
  adjust(X509_getm_notBefore(certificate), options.not_before);
  adjust(X509_getm_notAfter(certificate), options.not_after);
  require(X509_set_pubkey(certificate, made.key.get()) == 1);
  set_names(certificate, options);
  auto* signing = options.issuer_key == nullptr ? made.key.get() : options.issuer_key;
  const auto* digest = has_own_digest(signing) ? nullptr : EVP_sha256();
  require(X509_sign(certificate, signing, digest) > 0);
  return made;
}

}  // namespace latchkey::issuer
