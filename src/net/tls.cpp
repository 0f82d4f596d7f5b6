#include "tls_tickets.hpp"
#include "tls_trial.hpp"

#include <latchkey/net/pem_file.hpp>
#include <latchkey/net/tls.hpp>

#include <openssl/err.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::net {
namespace {

constexpr auto tls12_suites =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr auto groups = "X25519:P-256:P-384";

std::string last_error() {
  std::array<char, 256> text{};
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown reason";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

void require_readable(const std::filesystem::path& path, const char* what) {
  errno = 0;
  std::ifstream file{path};
  if (!file) {
    const int error = errno;
    throw std::runtime_error{std::string{"cannot read the "} + what + " " + path.string() + ": " +
                             (error != 0 ? std::strerror(error) : "not a readable file")};
  }
}

[[noreturn]] void refuse(const char* what, const std::filesystem::path& path, const char* wanted) {
  const auto code = ERR_peek_last_error();
  throw std::runtime_error{std::string{"cannot use the "} + what + " " + path.string() + ": " +
                           why_refused(path, wanted, code)};
}

// HTTP/1 is all there is. A client that offers only other protocols is told so (RFC 7301 section
// 3.2) instead of being left to guess.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned offered_size, void*) {
  static constexpr std::array<unsigned char, 18> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1',
                                                      8, 'h', 't', 't', 'p', '/', '1', '.', '0'};
  unsigned char* match = nullptr;
  if (SSL_select_next_proto(&match, chosen_size, ours.data(), ours.size(), offered, offered_size) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *chosen = match;
  return SSL_TLSEXT_ERR_OK;
}

void load(SSL_CTX* context, const tls_files& files) {
  require_readable(files.certificate, "certificate");
  require_readable(files.private_key, "private key");
  ERR_clear_error();
  // An encrypted key would otherwise ask on the terminal.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1) {
    refuse("certificate", files.certificate, "a certificate in PEM");
  }
  const auto of_another = [&files] {
    ERR_clear_error();
    throw std::runtime_error{"the private key " + files.private_key.string() +
                             " does not belong to the certificate " + files.certificate.string()};
  };
  if (SSL_CTX_use_PrivateKey_file(context, files.private_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    const auto code = ERR_GET_REASON(ERR_peek_error());
    if (code == X509_R_KEY_VALUES_MISMATCH || code == X509_R_KEY_TYPE_MISMATCH) of_another();
    refuse("private key", files.private_key, "a private key in PEM, not encrypted");
  }
  // A key of another type is taken above, and found to have no certificate here.
  if (SSL_CTX_check_private_key(context) != 1) of_another();
}

}  // namespace

tls_context::tls_context(const tls_files& files, std::function<core::steady_time()> now)
    : context_{SSL_CTX_new(TLS_server_method())} {
  auto* context = context_.get();
  if (context == nullptr) throw std::runtime_error{"cannot make a TLS context: " + last_error()};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(
      context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  // One read per record instead of two.
  SSL_CTX_set_read_ahead(context, 1);
  // Resumption is by tickets alone: they need no memory here and no lock.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  if (SSL_CTX_set_cipher_list(context, tls12_suites) != 1 ||
      SSL_CTX_set1_groups_list(context, groups) != 1) {
    throw std::runtime_error{"cannot set the TLS suites: " + last_error()};
  }
  use_ticket_keys(context, std::move(now));
  load(context, files);
  if (const auto fault = fault_for_every_client(context); !fault.empty()) {
    throw std::runtime_error{"cannot use the certificate " + files.certificate.string() +
                             ": its key is of a kind that no client takes, " + fault +
                             "; make one on the curve P-256, or an RSA key"};
  }
}

}  // namespace latchkey::net
