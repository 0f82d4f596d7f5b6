// The server's side of TLS: a context made from PEM files, after Mozilla's intermediate
// recommendation, with as many certificates as there are names. Not for clients: net/client_tls.
#pragma once

#include <latchkey/core/stop.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/key_pair.hpp>
#include <latchkey/net/pem_file.hpp>

#include <openssl/ssl.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::net {

// For whom a client asks by the name (SNI, RFC 6066 section 3).
struct named_certificate {
  tls_files files;
  // "api.example", or "*.example" for one label in the place of the star; empty: the DNS names that
  // the certificate itself has.
  std::vector<std::string> names;
};

// What session tickets are sealed with: contexts that share it open each other's, so that a ticket
// outlives a change of certificates. Any thread.
class ticket_ring;
std::shared_ptr<ticket_ring> make_ticket_ring(
    std::function<core::steady_time()> now = core::system_clock().steady);

// As it is served.
struct served_certificate {
  std::filesystem::path file;
  std::vector<std::string> names;  // in lower case; of the standard one, its own
  std::string key;                 // "RSA", "EC"
  validity valid;                  // with its chain
};

class tls_context {
 public:
  // One certificate for everybody. Throws std::runtime_error that says which file is at fault and
  // why: missing or unreadable, not PEM, a key that does not belong to the certificate, or one of a
  // kind that no client takes. Session tickets are sealed by keys that change by the time `now`
  // gives, on any thread.
  explicit tls_context(const tls_files& files,
                       std::function<core::steady_time()> now = core::system_clock().steady);

  // `standard` for who asks for no name, or for one that nobody has. Of two certificates for one
  // name, which must have keys of different types, the client gets the one it can check: the
  // standard one counts for the names in it, and one that has all of its names stands beside it.
  // Throws as above; also for a certificate without a name, and for two with keys of one type. Each
  // file is read once. `stopped` is asked between two certificates; where it says so, throws
  // core::given_up.
  tls_context(const tls_files& standard, const std::vector<named_certificate>& named,
              std::shared_ptr<ticket_ring> tickets, const core::stop_check& stopped = {});

  // For making connections; owned by this object. Connections made from it keep it alive.
  SSL_CTX* native() const { return context_.get(); }

  // The standard one first.
  const std::vector<served_certificate>& certificates() const { return certificates_; }

 private:
  struct deleter {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  std::unique_ptr<SSL_CTX, deleter> context_;
  std::vector<served_certificate> certificates_;
};

}  // namespace latchkey::net
