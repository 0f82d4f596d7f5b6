#include "tls_failure.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace latchkey::net {
namespace {

// The peer's own word (RFC 8446 section 6.2).
errc of_alert(int alert) {
  switch (alert) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
      return errc::certificate_rejected;
    case SSL_AD_PROTOCOL_VERSION:
      return errc::tls_version;
    default:
      return errc::tls_failed;
  }
}

}  // namespace

errc tls_failure(unsigned long code) {
  if (ERR_GET_LIB(code) != ERR_LIB_SSL) return errc::tls_failed;
  const int reason = ERR_GET_REASON(code);
  if (reason > SSL_AD_REASON_OFFSET) return of_alert(reason - SSL_AD_REASON_OFFSET);
  switch (reason) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_UNKNOWN_PROTOCOL:
    case SSL_R_INAPPROPRIATE_FALLBACK:
      return errc::tls_version;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_CIPHERS_SPECIFIED:
      return errc::no_common_suite;
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_GROUPS:
      return errc::no_common_group;
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
      return errc::no_common_signature;
    case SSL_R_NO_APPLICATION_PROTOCOL:
      return errc::no_common_protocol;
    default:
      return errc::tls_failed;
  }
}

}  // namespace latchkey::net
