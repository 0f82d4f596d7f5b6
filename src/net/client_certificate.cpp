#include <latchkey/core/base64url.hpp>
#include <latchkey/net/client_certificate.hpp>
#include <latchkey/net/pem_file.hpp>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::net {
namespace {

// DER has more bytes than its text has characters, but not for each escaped one.
constexpr int max_der_name = static_cast<int>(max_certificate_name);

struct deleter {
  void operator()(BIO* one) const { BIO_free(one); }
  void operator()(BIGNUM* one) const { BN_free(one); }
  void operator()(char* one) const { OPENSSL_free(one); }
  void operator()(GENERAL_NAMES* all) const { GENERAL_NAMES_free(all); }
};
template <class T>
using owned = std::unique_ptr<T, deleter>;

std::optional<std::string> text_of(const X509_NAME* name) {
  if (X509_NAME_entry_count(name) == 0) return std::string{};
  // Before it is printed, which takes more room.
  if (i2d_X509_NAME(name, nullptr) > max_der_name) return std::nullopt;
  const owned<BIO> memory{BIO_new(BIO_s_mem())};
  if (!memory || X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253) < 0) {
    return std::nullopt;
  }
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &data);
  std::string text(data, static_cast<std::size_t>(std::max(size, 0L)));
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < 0x7F; });
  if (!plain || text.size() > max_certificate_name) return std::nullopt;
  return text;
}

std::optional<std::string> serial_of(const X509* certificate) {
  const auto* const serial = X509_get0_serialNumber(certificate);
  // RFC 5280 section 4.1.2.2 has 20 bytes at most.
  constexpr int most = 64;
  if (serial == nullptr || ASN1_STRING_length(serial) > most) return std::nullopt;
  const owned<BIGNUM> number{ASN1_INTEGER_to_BN(serial, nullptr)};
  const owned<char> digits{number ? BN_bn2hex(number.get()) : nullptr};
  if (!digits) return std::nullopt;
  return std::string{digits.get()};
}

std::optional<std::string> thumbprint_of(const X509* certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return std::nullopt;
  return core::base64url_encode(std::span<const unsigned char>{digest.data(), size});
}

// A zero byte, a line's end or a space would make another name of it for some reader.
bool is_visible(std::string_view text) {
  return !text.empty() && text.size() <= max_certificate_name &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7F; });
}

bool read_alternative_names(X509* certificate, core::client_certificate& out) {
  int critical = 0;
  const owned<GENERAL_NAMES> all{static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nullptr))};
  // -1: there are none; else they are there twice, or cannot be parsed.
  if (!all) return critical == -1;
  const int count = sk_GENERAL_NAME_num(all.get());
  if (count > static_cast<int>(max_certificate_names)) return false;
  for (int i = 0; i < count; ++i) {
    int type = 0;
    const auto* const value = static_cast<const ASN1_STRING*>(
        GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(all.get(), i), &type));
    auto* const list = type == GEN_DNS     ? &out.dns
                       : type == GEN_URI   ? &out.uris
                       : type == GEN_EMAIL ? &out.emails
                                           : nullptr;
    if (list == nullptr) continue;
    std::string name{reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                     static_cast<std::size_t>(ASN1_STRING_length(value))};
    if (!is_visible(name)) return false;
    list->push_back(std::move(name));
  }
  return true;
}

std::optional<core::client_certificate> read(X509* certificate) {
  auto subject = text_of(X509_get_subject_name(certificate));
  auto issuer = text_of(X509_get_issuer_name(certificate));
  auto serial = serial_of(certificate);
  auto sha256 = thumbprint_of(certificate);
  if (!subject || !issuer || !serial || !sha256) return std::nullopt;
  core::client_certificate made;
  made.subject = std::move(*subject);
  made.issuer = std::move(*issuer);
  made.serial = std::move(*serial);
  made.sha256 = std::move(*sha256);
  made.not_after = validity_of(certificate).until;
  if (!read_alternative_names(certificate, made)) return std::nullopt;
  return made;
}

}  // namespace

std::optional<core::client_certificate> read_client_certificate(X509* certificate) {
  auto made = read(certificate);
  ERR_clear_error();
  return made;
}

}  // namespace latchkey::net
