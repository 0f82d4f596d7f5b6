// The TLS faults: a certificate that a client must refuse, in the place of the listener's own.
#include "issuer/certificate.hpp"
#include "issuer/fault_listener.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace latchkey::issuer {
namespace {

constexpr std::chrono::hours day{24};

void require(bool done) {
  if (!done) throw std::runtime_error{"cannot present the certificates of the faults"};
}

// For the names of the listener's own certificate, valid for 30 days, self-signed.
certificate_options usual_options(const net::tls_context& own) {
  certificate_options options;
  options.subject = "latchkey-issuer fault";
  options.names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  options.names_from = SSL_CTX_get0_certificate(own.native());
  options.not_before = -30 * day;
  options.not_after = 30 * day;
  return options;
}

// Signed by the listener's own key, as if that were an authority's.
certificate_options signed_by_own(const net::tls_context& own) {
  auto options = usual_options(own);
  options.issuer = SSL_CTX_get0_certificate(own.native());
  options.issuer_key = SSL_CTX_get0_privatekey(own.native());
  return options;
}

// A context set up as the listener's own, with that certificate in place of the one in the files.
std::shared_ptr<const net::tls_context> context_of(const net::tls_files& files,
                                                   const certificate_options& options) {
  const auto made = make_certificate(options);
  auto context = std::make_shared<const net::tls_context>(files);
  auto* native = context->native();
  // The chain of the files goes with their certificate.
  require(SSL_CTX_clear_chain_certs(native) == 1 &&
          SSL_CTX_use_certificate(native, made.certificate.get()) == 1 &&
          SSL_CTX_use_PrivateKey(native, made.key.get()) == 1);
  return context;
}

std::shared_ptr<const net::tls_context> self_signed(const net::tls_files& files,
                                                    const net::tls_context& own) {
  return context_of(files, usual_options(own));
}

std::shared_ptr<const net::tls_context> expired(const net::tls_files& files,
                                                const net::tls_context& own) {
  auto options = signed_by_own(own);
  options.not_after = -day;
  return context_of(files, options);
}

std::shared_ptr<const net::tls_context> wrong_host(const net::tls_files& files,
                                                   const net::tls_context& own) {
  auto options = signed_by_own(own);
  options.names = "DNS:wrong-host.invalid";
  options.names_from = nullptr;
  return context_of(files, options);
}

constexpr auto certificates_kinds = std::to_array<fault_kind>({
    {"self-signed", "a certificate that nobody vouches for", self_signed},
    {"expired", "a certificate that expired yesterday", expired},
    {"wrong-host", "a certificate for wrong-host.invalid", wrong_host},
});

}  // namespace

std::span<const fault_kind> certificate_faults() {
  return certificates_kinds;
}

certificates make_certificates(const net::tls_files& files) {
  certificates made;
  made.own = std::make_shared<const net::tls_context>(files);
  for (const auto& kind : fault_kinds()) {
    if (const auto make = kind.shown.certificate()) made.faulty[&kind] = make(files, *made.own);
  }
  return made;
}

}  // namespace latchkey::issuer
