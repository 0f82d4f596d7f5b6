// Authorities that issue certificates for clients and revoke them, for tests of TLS. Not for the
// certificates of servers: pki.
#pragma once

#include "support/pki.hpp"

#include <memory>
#include <string>
#include <vector>

namespace latchkey::support {

// What a certificate is made of. Times are seconds from now.
struct issued_as {
  std::string subject = "client";  // CN
  long serial = 1;
  long from = -3600;
  long until = 3600;
  std::string names = {};              // of the extension; empty: there is none
  std::string purpose = "clientAuth";  // extendedKeyUsage; empty: there is none
  bool authority = false;              // may issue others
};

class client_authority {
 public:
  // `above` issues it; null: it does so itself.
  explicit client_authority(const std::string& name, const client_authority* above = nullptr,
                            long until = 36000)
      : above_{above}, key_{EVP_EC_gen("P-256"), EVP_PKEY_free} {
    const issued_as how{name, 1, -3600, until, {}, {}, true};
    made_ = above != nullptr ? above->sign(how, key_.get()) : sign_itself(how);
  }

  std::string pem() const { return pem_of(made_.get()); }

  // With those between it and its root.
  certificate issue(const issued_as& how) const {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"),
                                                                  EVP_PKEY_free};
    certificate out;
    out.pem = pem_of(sign(how, key.get()).get());
    for (const auto* one = this; one->above_ != nullptr; one = one->above_) out.pem += one->pem();
    auto* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(memory, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    out.key_pem = detail::take(memory);
    return out;
  }

  // Of a list, or of its entries.
  struct extension {
    int id = 0;  // NID
    std::string value;
    bool of_entries = false;
  };

  // The list of these serial numbers, which holds until then.
  std::string revoke(const std::vector<long>& serials, long until = 3600, long from = -60,
                     const std::vector<extension>& with = {}) const {
    using detail::require;
    const std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)> list{X509_CRL_new(), X509_CRL_free};
    require(X509_CRL_set_version(list.get(), 1) == 1);
    require(X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(made_.get())) == 1);
    const std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)> time{ASN1_TIME_new(),
                                                                     ASN1_TIME_free};
    X509_gmtime_adj(time.get(), from);
    require(X509_CRL_set1_lastUpdate(list.get(), time.get()) == 1);
    for (const auto serial : serials) {
      auto* const one = X509_REVOKED_new();
      const std::unique_ptr<ASN1_INTEGER, decltype(&ASN1_INTEGER_free)> number{ASN1_INTEGER_new(),
                                                                               ASN1_INTEGER_free};
      require(ASN1_INTEGER_set(number.get(), serial) == 1);
      require(X509_REVOKED_set_serialNumber(one, number.get()) == 1);
      require(X509_REVOKED_set_revocationDate(one, time.get()) == 1);
      for (const auto& extra : with) {
        if (extra.of_entries) add(one, X509_REVOKED_add_ext, extra);
      }
      require(X509_CRL_add0_revoked(list.get(), one) == 1);
    }
    if (until != 0) {
      X509_gmtime_adj(time.get(), until);
      require(X509_CRL_set1_nextUpdate(list.get(), time.get()) == 1);
    }
    for (const auto& extra : with) {
      if (!extra.of_entries) add(list.get(), X509_CRL_add_ext, extra);
    }
    require(X509_CRL_sign(list.get(), key_.get(), EVP_sha256()) > 0);
    auto* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_X509_CRL(memory, list.get());
    return detail::take(memory);
  }

 private:
  using x509 = std::shared_ptr<X509>;

  static std::string pem_of(X509* one) {
    auto* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(memory, one);
    return detail::take(memory);
  }

  static void add(X509* to, X509V3_CTX* with, int id, const std::string& value) {
    if (value.empty()) return;
    auto* extension = X509V3_EXT_conf_nid(nullptr, with, id, value.c_str());
    detail::require(extension != nullptr && X509_add_ext(to, extension, -1) == 1);
    X509_EXTENSION_free(extension);
  }

  template <class To>
  static void add(To* to, int (*add_to)(To*, X509_EXTENSION*, int), const extension& extra) {
    X509V3_CTX with{};
    auto* made = X509V3_EXT_conf_nid(nullptr, &with, extra.id, extra.value.c_str());
    detail::require(made != nullptr && add_to(to, made, -1) == 1);
    X509_EXTENSION_free(made);
  }

  x509 begin(const issued_as& how, EVP_PKEY* key) const {
    using detail::require;
    const x509 made{X509_new(), X509_free};
    require(X509_set_version(made.get(), 2) == 1);
    require(ASN1_INTEGER_set(X509_get_serialNumber(made.get()), how.serial) == 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), how.from);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), how.until);
    require(X509_set_pubkey(made.get(), key) == 1);
    require(X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                                       reinterpret_cast<const unsigned char*>(how.subject.data()),
                                       static_cast<int>(how.subject.size()), -1, 0) == 1);
    return made;
  }

  static void finish(X509* made, const issued_as& how, X509* issuer, EVP_PKEY* with) {
    using detail::require;
    require(X509_set_issuer_name(made, X509_get_subject_name(issuer)) == 1);
    X509V3_CTX names{};
    X509V3_set_ctx(&names, issuer, made, nullptr, nullptr, 0);
    add(made, &names, NID_basic_constraints, how.authority ? "critical,CA:TRUE" : "CA:FALSE");
    if (how.authority) add(made, &names, NID_key_usage, "critical,keyCertSign,cRLSign");
    add(made, &names, NID_ext_key_usage, how.purpose);
    add(made, &names, NID_subject_alt_name, how.names);
    require(X509_sign(made, with, EVP_sha256()) > 0);
  }

  x509 sign_itself(const issued_as& how) const {
    auto made = begin(how, key_.get());
    finish(made.get(), how, made.get(), key_.get());
    return made;
  }

  x509 sign(const issued_as& how, EVP_PKEY* key) const {
    auto made = begin(how, key);
    finish(made.get(), how, made_.get(), key_.get());
    return made;
  }

  const client_authority* above_;
  std::shared_ptr<EVP_PKEY> key_;
  x509 made_;
};

}  // namespace latchkey::support
