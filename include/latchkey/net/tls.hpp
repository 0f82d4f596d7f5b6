// The server's side of TLS: one context made at start-up from PEM files, after Mozilla's
// intermediate recommendation. Not for clients: client/https_client has its own.
#pragma once

#include <latchkey/core/time.hpp>

#include <openssl/ssl.h>

#include <filesystem>
#include <functional>
#include <memory>

namespace latchkey::net {

struct tls_files {
  std::filesystem::path certificate;  // PEM, the server's certificate first, then its chain
  std::filesystem::path private_key;  // PEM, not encrypted
};

class tls_context {
 public:
  // Throws std::runtime_error that says which file is at fault and why: missing or unreadable, not
  // PEM, a key that does not belong to the certificate, or one of a kind that no client takes.
  // Session tickets are sealed by keys that change by the time `now` gives, on any thread.
  explicit tls_context(const tls_files& files,
                       std::function<core::steady_time()> now = core::system_clock().steady);

  // For making connections; owned by this object. Connections made from it keep it alive.
  SSL_CTX* native() const { return context_.get(); }

 private:
  struct deleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, deleter> context_;
};

}  // namespace latchkey::net
