// The client's side of TLS for the load client: one context for all connections. Not for fetching
// from providers: that is net/https_client.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace latchkey::bench::load {

struct ssl_deleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using ssl_ptr = std::unique_ptr<SSL, ssl_deleter>;

// Immutable once made.
class client_tls {
 public:
  // Trusts that authority alone (PEM). Sessions are not resumed: every connection pays for its
  // handshake, as those of distinct clients do. Throws std::runtime_error where the text is no
  // certificate.
  explicit client_tls(const std::string& authority_pem);

  // A connection over a socket that does not block, which must outlive it; the server must prove to
  // be `host`.
  ssl_ptr connect(int socket, const std::string& host) const;

 private:
  struct deleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, deleter> context_;
};

}  // namespace latchkey::bench::load
