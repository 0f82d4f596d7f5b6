// The client's side of TLS: whom it trusts, what it proves itself with, and what it offers. Not for
// handshakes: net/transport makes them. Not the server's side: net/tls.
#pragma once

#include <latchkey/core/result.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::net {

// Certificates of authorities; contexts share them. Nothing changes them once they are made.
using authorities = std::shared_ptr<X509_STORE>;

// Those of the system. Throws std::runtime_error where OpenSSL has none.
authorities system_authorities();
// Those of a PEM file, each trusted by itself, whether or not the one above it is there, too.
// Throws std::runtime_error that names the file and says what it holds instead.
authorities authorities_in(const std::filesystem::path& file);
// The same of what has been read of that file.
authorities authorities_in(const std::filesystem::path& file, std::string_view pem);
// How large such a file may be: bundles of systems have less than a quarter of a MiB.
inline constexpr std::size_t max_authorities_bytes = std::size_t{4} << 20;
// The same of PEM text. Throws std::runtime_error where it has no certificate.
authorities authorities_in_text(std::string_view pem);

struct ssl_deleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using ssl_ptr = std::unique_ptr<SSL, ssl_deleter>;
// What a later connection to the same server can take up (RFC 8446 section 2.2). Whoever wants that
// keeps it; contexts keep none.
using session_ptr = std::unique_ptr<SSL_SESSION, ssl_deleter>;

struct client_tls_settings {
  authorities trusted = {};  // null: system_authorities()
  // False: whoever answers is taken for the server, whatever he shows.
  bool verify = true;
  // ALPN (RFC 7301), the most wanted first: "http/1.1". Empty: none is offered.
  std::vector<std::string> protocols = {};
  // PEM: our certificate, with those between it and its authority, and its key, not encrypted.
  // Both empty: none is shown. The key alone empty: it is in the certificate's file.
  std::filesystem::path certificate = {};
  std::filesystem::path private_key = {};
};

// TLS 1.2 and later. Immutable once made: every thread may use it.
class client_tls {
 public:
  // Throws std::runtime_error that names the file whose certificate or key cannot be used, and
  // std::invalid_argument for a key without a certificate and for protocols that ALPN cannot carry.
  explicit client_tls(const client_tls_settings& with);

  // The client's side of a handshake that is still to be made, without a BIO: the server has to
  // prove that it is `host`, an address, or a name, which goes into SNI, too. errc::tls_failed for
  // a host that is neither. Throws std::bad_alloc.
  core::result<ssl_ptr> make(const std::string& host) const;

 private:
  std::unique_ptr<SSL_CTX, ssl_deleter> context_;
};

}  // namespace latchkey::net
