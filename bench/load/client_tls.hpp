// The client's side of TLS for the load client: one context for all connections. Not for fetching
// from providers: that is client/https_client.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace latchkey::bench::load {

struct ssl_deleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using ssl_ptr = std::unique_ptr<SSL, ssl_deleter>;

struct session_deleter {
  void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using session_ptr = std::unique_ptr<SSL_SESSION, session_deleter>;

// What has come off a socket and OpenSSL has not taken yet. OpenSSL never reads the socket itself:
// so that a connection that waits costs one system call when its answer comes, and none before.
class record_buffer {
 public:
  static constexpr std::size_t bytes = 16 * 1024;

  // Where the next bytes of the socket go; moves those that are still there.
  std::span<char> space();
  void filled(std::size_t count);
  void ended() { ended_ = true; }
  // Of what is there, for OpenSSL.
  std::size_t take(std::span<char> out);
  bool empty() const { return begin_ == end_; }
  bool at_end() const { return ended_ && empty(); }
  void reset(int socket);
  int socket() const { return socket_; }
  // The peer has asked for a certificate of ours, and there is none.
  void certificate_asked() { certificate_asked_ = true; }
  bool was_certificate_asked() const { return certificate_asked_; }

 private:
  std::vector<char> storage_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  int socket_ = -1;
  bool ended_ = false;
  bool certificate_asked_ = false;
};

// Immutable once made.
class client_tls {
 public:
  struct settings {
    std::string authority_pem;  // trusted alone; empty: the system's authorities
    bool verify = true;
    std::string certificate_file =
        {};                     // PEM, ours, with those between it and its authority; or empty
    std::string key_file = {};  // PEM; empty: the key is in the certificate's file
  };

  // Sessions are resumed only by who keeps them: see connection. Throws std::runtime_error where
  // the text is no certificate, and where our own certificate and key cannot be used.
  explicit client_tls(const settings& with);
  // That authority alone.
  explicit client_tls(const std::string& authority_pem);

  // A connection that reads from `records` and writes to their socket, which does not block; they
  // must outlive it. The server must prove to be `host`, a name or an address.
  ssl_ptr connect(record_buffer& records, const std::string& host) const;
  // Whether the server's certificate matters.
  bool verifies() const { return verify_; }

 private:
  struct deleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  void trust(const std::string& authority_pem);
  void present(const settings& with);

  std::unique_ptr<SSL_CTX, deleter> context_;
  bool verify_ = true;
};

}  // namespace latchkey::bench::load
