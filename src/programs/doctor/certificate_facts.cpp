#include "certificate_facts.hpp"

#include "certificate_names.hpp"

#include <latchkey/net/pem_file.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

namespace latchkey::doctor {
namespace {

struct deleter {
  void operator()(BIO* one) const { BIO_free(one); }
  void operator()(X509* one) const { X509_free(one); }
  void operator()(EVP_PKEY* one) const { EVP_PKEY_free(one); }
};
using memory = std::unique_ptr<BIO, deleter>;
using certificate = std::unique_ptr<X509, deleter>;
using key = std::unique_ptr<EVP_PKEY, deleter>;

// An encrypted key would otherwise ask on the terminal.
int no_password(char*, int, int, void*) {
  return 0;
}

memory reader_of(std::string_view text) {
  return memory{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

std::vector<certificate> read_all(std::string_view text) {
  std::vector<certificate> all;
  const auto from = reader_of(text);
  while (certificate next{PEM_read_bio_X509_AUX(from.get(), nullptr, no_password, nullptr)}) {
    all.push_back(std::move(next));
  }
  return all;
}

bool is_signed_by(X509* one, X509* authority) {
  return X509_NAME_cmp(X509_get_issuer_name(one), X509_get_subject_name(authority)) == 0 &&
         X509_verify(one, X509_get0_pubkey(authority)) == 1;
}

}  // namespace

certificate_facts read_certificate_facts(std::string_view certificates, std::string_view key_text) {
  certificate_facts made;
  const auto all = read_all(certificates);
  made.count = all.size();
  const auto from = reader_of(key_text);
  const key own{PEM_read_bio_PrivateKey(from.get(), nullptr, no_password, nullptr)};
  made.has_key = own != nullptr;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto* const one = all[i].get();
    const auto valid = net::validity_of(one);
    made.from = i == 0 ? valid.from : std::max(made.from, valid.from);
    made.until = i == 0 ? valid.until : std::min(made.until, valid.until);
    if (own && !made.of_key && X509_check_private_key(one, own.get()) == 1) made.of_key = i;
    if (i == 0 || made.out_of_order) continue;
    if (!is_signed_by(all[i - 1].get(), one)) made.out_of_order = i;
  }
  if (!all.empty()) {
    made.names = names_in(all.front().get());
    made.self_signed = is_self_signed(all.front().get());
    made.authority = authority_of(all.back().get());
  }
  ERR_clear_error();
  return made;
}

}  // namespace latchkey::doctor
