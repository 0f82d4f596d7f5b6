// The certificates of the faults, made in memory.
#include "issuer/fault_listener.hpp"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>

namespace latchkey::issuer {
namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using certificate_ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)>;

constexpr long day = 24 * 60 * 60;
constexpr const char* default_names = "DNS:localhost,IP:127.0.0.1,IP:::1";

void require(bool done) {
  if (!done) throw std::runtime_error{"cannot make the certificates of the faults"};
}

struct certificate_options {
  X509_NAME* signed_by = nullptr;  // null: by itself
  EVP_PKEY* signing = nullptr;
  X509* names_of = nullptr;  // whose names it has, where `names` is null
  const char* names = nullptr;
  long until = 30 * day;  // seconds from now
};

void add_extension(X509* to, int id, const char* value) {
  const extension_ptr made{X509V3_EXT_conf_nid(nullptr, nullptr, id, value), X509_EXTENSION_free};
  require(made && X509_add_ext(to, made.get(), -1) == 1);
}

void add_names(X509* to, const certificate_options& wanted) {
  const int at =
      wanted.names == nullptr ? X509_get_ext_by_NID(wanted.names_of, NID_subject_alt_name, -1) : -1;
  if (at >= 0) {
    require(X509_add_ext(to, X509_get_ext(wanted.names_of, at), -1) == 1);
  } else {
    add_extension(to, NID_subject_alt_name, wanted.names == nullptr ? default_names : wanted.names);
  }
}

certificate_ptr make(const certificate_options& wanted, EVP_PKEY* key) {
  certificate_ptr made{X509_new(), X509_free};
  require(made != nullptr && X509_set_version(made.get(), X509_VERSION_3) == 1);
  require(ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 2) == 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -30 * day);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), wanted.until);
  require(X509_set_pubkey(made.get(), key) == 1);
  auto* subject = X509_get_subject_name(made.get());
  const auto* text = reinterpret_cast<const unsigned char*>("latchkey-issuer fault");
  require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, -1, -1, 0) == 1);
  require(X509_set_issuer_name(made.get(),
                               wanted.signed_by == nullptr ? subject : wanted.signed_by) == 1);
  add_names(made.get(), wanted);
  add_extension(made.get(), NID_basic_constraints, "CA:FALSE");
  auto* signing = wanted.signing == nullptr ? key : wanted.signing;
  // A key of the Edwards curves brings its own digest.
  const bool own_digest =
      EVP_PKEY_is_a(signing, "ED25519") == 1 || EVP_PKEY_is_a(signing, "ED448") == 1;
  require(X509_sign(made.get(), signing, own_digest ? nullptr : EVP_sha256()) > 0);
  return made;
}

// A context set up as the server's own, with that certificate in the place of the files'.
std::shared_ptr<const net::tls_context> context_of(const net::tls_files& files,
                                                   const certificate_options& wanted) {
  const key_ptr key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  require(key != nullptr);
  const auto certificate = make(wanted, key.get());
  auto context = std::make_shared<const net::tls_context>(files);
  auto* native = context->native();
  // The chain of the files goes with their certificate.
  require(SSL_CTX_clear_chain_certs(native) == 1 &&
          SSL_CTX_use_certificate(native, certificate.get()) == 1 &&
          SSL_CTX_use_PrivateKey(native, key.get()) == 1);
  return context;
}

certificate_options signed_by_own(const net::tls_context& own) {
  auto* certificate = SSL_CTX_get0_certificate(own.native());
  return {.signed_by = X509_get_subject_name(certificate),
          .signing = SSL_CTX_get0_privatekey(own.native()),
          .names_of = certificate};
}

std::shared_ptr<const net::tls_context> self_signed(const net::tls_files& files,
                                                    const net::tls_context& own) {
  certificate_options wanted;
  wanted.names_of = SSL_CTX_get0_certificate(own.native());
  return context_of(files, wanted);
}

std::shared_ptr<const net::tls_context> expired(const net::tls_files& files,
                                                const net::tls_context& own) {
  auto wanted = signed_by_own(own);
  wanted.until = -day;
  return context_of(files, wanted);
}

std::shared_ptr<const net::tls_context> wrong_host(const net::tls_files& files,
                                                   const net::tls_context& own) {
  auto wanted = signed_by_own(own);
  wanted.names = "DNS:wrong-host.invalid";
  return context_of(files, wanted);
}

constexpr auto certificates_kinds = std::to_array<fault_kind>({
    {"self-signed", "a certificate that nobody vouches for", self_signed},
    {"expired", "a certificate that expired yesterday", expired},
    {"wrong-host", "a certificate for wrong-host.invalid", wrong_host},
});

}  // namespace

std::span<const fault_kind> certificate_faults() {
  return certificates_kinds;
}

certificates make_certificates(const net::tls_files& files) {
  certificates made;
  made.own = std::make_shared<const net::tls_context>(files);
  for (const auto& kind : fault_kinds()) {
    if (const auto make = kind.shown.certificate()) made.faulty[&kind] = make(files, *made.own);
  }
  return made;
}

}  // namespace latchkey::issuer
