#include "certificate_names.hpp"

#include <boost/asio/ip/address.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>

namespace latchkey::doctor {
namespace {

namespace ip = boost::asio::ip;

struct names_deleter {
  void operator()(GENERAL_NAMES* all) const { GENERAL_NAMES_free(all); }
};
struct bio_deleter {
  void operator()(BIO* one) const { BIO_free(one); }
};

std::string address_text(const ASN1_OCTET_STRING* bytes) {
  const auto* const at = ASN1_STRING_get0_data(bytes);
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(bytes));
  if (ip::address_v4::bytes_type four{}; size == four.size()) {
    std::copy_n(at, size, four.begin());
    return ip::make_address_v4(four).to_string();
  }
  if (ip::address_v6::bytes_type sixteen{}; size == sixteen.size()) {
    std::copy_n(at, size, sixteen.begin());
    return ip::make_address_v6(sixteen).to_string();
  }
  return {};
}

}  // namespace

std::vector<std::string> names_in(const X509* of) {
  const std::unique_ptr<GENERAL_NAMES, names_deleter> all{
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(of, NID_subject_alt_name, nullptr, nullptr))};
  std::vector<std::string> names;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    int kind = 0;
    const auto* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &kind);
    const auto* const text = static_cast<const ASN1_STRING*>(value);
    if (kind == GEN_DNS) {
      names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                         static_cast<std::size_t>(ASN1_STRING_length(text)));
    } else if (kind == GEN_IPADD) {
      if (auto address = address_text(text); !address.empty()) names.push_back(std::move(address));
    }
  }
  ERR_clear_error();
  return names;
}

std::string authority_of(const X509* of) {
  const std::unique_ptr<BIO, bio_deleter> to{BIO_new(BIO_s_mem())};
  if (!to) return {};
  X509_NAME_print_ex(to.get(), X509_get_issuer_name(of), 0,
                     XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(to.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string{};
}

bool is_self_signed(const X509* of) {
  return X509_NAME_cmp(X509_get_subject_name(of), X509_get_issuer_name(of)) == 0;
}

}  // namespace latchkey::doctor
