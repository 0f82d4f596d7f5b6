#include "harness/certificate.hpp"

#include <issuer/certificate.hpp>

namespace latchkey::bench::harness {

certificate make_certificate() {
  issuer::certificate_options options;
  options.subject = "latchkey-bench";
  options.names = "DNS:localhost,IP:127.0.0.1";
  options.is_authority = true;
  options.not_before = -std::chrono::hours{1};
  options.not_after = std::chrono::hours{24};
  const auto made = issuer::make_certificate(options);
  return {made.certificate_pem(), made.key_pem()};
}

}  // namespace latchkey::bench::harness
