#include <latchkey/core/file.hpp>
#include <latchkey/net/pem_file.hpp>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

namespace latchkey::net {
namespace {

constexpr std::size_t max_bytes = std::size_t{1} << 20;
constexpr std::size_t max_kinds = 8;

template <auto Release>
struct releaser {
  template <class T>
  void operator()(T* one) const {
    Release(one);
  }
};
using certificate = std::unique_ptr<X509, releaser<X509_free>>;
using key = std::unique_ptr<EVP_PKEY, releaser<EVP_PKEY_free>>;
using bundle = std::unique_ptr<PKCS12, releaser<PKCS12_free>>;
using request = std::unique_ptr<X509_REQ, releaser<X509_REQ_free>>;
using memory = std::unique_ptr<BIO, releaser<BIO_free>>;

std::string with_key(const char* what, const EVP_PKEY* of) {
  const auto* type = of == nullptr ? nullptr : EVP_PKEY_get0_type_name(of);
  if (type == nullptr) return what;
  return std::string{what} + " (" + type + ", " + std::to_string(EVP_PKEY_get_bits(of)) + " bits)";
}

std::string certificate_words(const X509* one) {
  return with_key("a certificate", one == nullptr ? nullptr : X509_get0_pubkey(one));
}

// Never asks on the terminal.
int no_password(char*, int, int, void*) {
  return 0;
}

// One block, from "-----BEGIN" on.
std::string words_of(std::string_view label, std::string_view block) {
  const memory bytes{BIO_new_mem_buf(block.data(), static_cast<int>(block.size()))};
  if (label == "CERTIFICATE" || label == "X509 CERTIFICATE" || label == "TRUSTED CERTIFICATE") {
    const certificate one{PEM_read_bio_X509_AUX(bytes.get(), nullptr, no_password, nullptr)};
    return one ? certificate_words(one.get()) : "a damaged certificate";
  }
  if (label == "OPENSSH PRIVATE KEY") return "a private key in the form of OpenSSH";
  if (label.ends_with("PRIVATE KEY")) {
    if (label.starts_with("ENCRYPTED") || block.find("Proc-Type: 4,ENCRYPTED") != block.npos) {
      return "an encrypted private key";
    }
    const key one{PEM_read_bio_PrivateKey(bytes.get(), nullptr, no_password, nullptr)};
    return one ? with_key("a private key", one.get()) : "a damaged private key";
  }
  if (label.ends_with("CERTIFICATE REQUEST")) return "a certificate request";
  if (label.ends_with("PUBLIC KEY")) return "a public key";
  if (label == "EC PARAMETERS") return "parameters of a curve";
  if (label == "DH PARAMETERS") return "Diffie-Hellman parameters";
  if (label == "PKCS7" || label == "CMS") return "a PKCS #7 bundle";
  if (label == "X509 CRL") return "a revocation list";
  return "a PEM block of another kind";
}

// Why a block that begins at `at` is passed over by those who read PEM; empty where it is not.
std::string_view what_hides(std::string_view text, std::size_t at) {
  if (at == 0 || text[at - 1] == '\n') return {};
  const auto before = text.substr(0, at);
  const auto line = before.substr(before.rfind('\n') + 1);
  if (line == "\xef\xbb\xbf") return " behind a byte order mark";
  return " that does not begin its line";
}

std::vector<std::string> blocks_of(std::string_view text) {
  constexpr std::string_view begin = "-----BEGIN ";
  constexpr std::size_t longest_label = 40;
  std::vector<std::string> all;
  for (std::size_t at = 0; (at = text.find(begin, at)) != text.npos;) {
    const auto rest = text.substr(at);
    const auto label_end = rest.find("-----", begin.size());
    if (label_end == rest.npos || label_end - begin.size() > longest_label) {
      all.emplace_back("a damaged PEM block");
      at += begin.size();
      continue;
    }
    const auto label = rest.substr(begin.size(), label_end - begin.size());
    const auto next = std::min(rest.find(begin, begin.size()), rest.size());
    all.push_back(words_of(label, rest.substr(0, next)).append(what_hides(text, at)));
    at += next;
  }
  return all;
}

std::string in_der(std::string_view bytes) {
  const auto read = [&bytes](auto* reader) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
    return reader(nullptr, &at, static_cast<long>(bytes.size()));
  };
  if (const certificate one{read(d2i_X509)}; one) return certificate_words(one.get()) + " in DER";
  if (const key one{read(d2i_AutoPrivateKey)}; one) {
    return with_key("a private key", one.get()) + " in DER";
  }
  if (const bundle one{read(d2i_PKCS12)}; one) return "a PKCS #12 bundle";
  if (const request one{read(d2i_X509_REQ)}; one) return "a certificate request in DER";
  return {};
}

// "a, 2 times b": each kind once, in the order of the file.
std::string listed(const std::vector<std::string>& all) {
  std::vector<std::pair<std::string_view, std::size_t>> kinds;
  bool more = false;
  for (const auto& one : all) {
    const auto known = std::find_if(kinds.begin(), kinds.end(),
                                    [&one](const auto& kind) { return kind.first == one; });
    if (known != kinds.end()) {
      ++known->second;
    } else if (kinds.size() < max_kinds) {
      kinds.emplace_back(one, 1);
    } else {
      more = true;
    }
  }
  std::string text;
  for (const auto& [what, count] : kinds) {
    if (!text.empty()) text += ", ";
    if (count > 1) text += std::to_string(count) + " times ";
    text += what;
  }
  return more ? text + " and more" : text;
}

std::string words_of_all(std::string_view bytes) {
  constexpr std::string_view blank = " \t\r\n";
  if (bytes.find_first_not_of(blank) == bytes.npos) return "nothing";
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return "text in UTF-16";
  if (auto blocks = listed(blocks_of(bytes)); !blocks.empty()) return blocks;
  if (auto other = in_der(bytes); !other.empty()) return other;
  const bool text = std::all_of(bytes.begin(), bytes.end(), [](char c) {
    return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\r' || c == '\t';
  });
  return text ? "text that is not PEM" : "bytes that are not PEM";
}

}  // namespace

std::string pem_contents(std::string_view bytes) {
  auto words = words_of_all(bytes.substr(0, max_bytes));
  // What was tried and failed is not the next caller's error.
  ERR_clear_error();
  return words;
}

std::string why_refused(std::string_view bytes, std::string_view wanted, unsigned long code) {
  const auto found = pem_contents(bytes);
  const auto reason = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
      (reason == SSL_R_EE_KEY_TOO_SMALL || reason == SSL_R_CA_KEY_TOO_SMALL)) {
    return "a key of it is too small, found " + found;
  }
  auto text = "expected " + std::string{wanted} + ", found " + found;
  // Another library's error is that the file is none of the form, which has been said.
  const bool own = ERR_GET_LIB(code) == ERR_LIB_SSL && (reason & ERR_RFLAG_COMMON) == 0;
  const auto* more = own ? ERR_reason_error_string(code) : nullptr;
  if (more != nullptr) text += std::string{" ("} + more + ")";
  return text;
}

std::optional<core::wall_time> moment_of(const ASN1_TIME* text) {
  std::tm broken_down{};
  if (text == nullptr || ASN1_TIME_to_tm(text, &broken_down) != 1) return std::nullopt;
  // Bounded while it is in seconds, which have room for any year.
  const std::chrono::sys_seconds moment{std::chrono::seconds{::timegm(&broken_down)}};
  return std::clamp(moment, std::chrono::floor<std::chrono::seconds>(first_moment),
                    std::chrono::floor<std::chrono::seconds>(last_moment));
}

validity validity_of(const X509* one) {
  return {moment_of(X509_get0_notBefore(one)).value_or(core::wall_time{}),
          moment_of(X509_get0_notAfter(one)).value_or(core::wall_time{})};
}

validity common_validity(const validity& one, const validity& other) {
  return {std::max(one.from, other.from), std::min(one.until, other.until)};
}

std::optional<validity> validity_of(std::string_view pem) {
  const auto text = pem.substr(0, max_bytes);
  const memory bytes{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
  std::optional<validity> all;
  while (const certificate one{PEM_read_bio_X509_AUX(bytes.get(), nullptr, no_password, nullptr)}) {
    const auto here = validity_of(one.get());
    all = all ? common_validity(*all, here) : here;
  }
  ERR_clear_error();
  return all;
}

core::result<std::string> read_pem_file(const std::filesystem::path& file) {
  return core::read_file(file, max_bytes);
}

}  // namespace latchkey::net
