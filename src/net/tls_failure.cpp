#include "tls_failure.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

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
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
      return errc::client_certificate_missing;
    case SSL_R_CERTIFICATE_VERIFY_FAILED:
      return errc::client_certificate_refused;
    default:
      return errc::tls_failed;
  }
}

errc handshake_failure(const SSL* ssl) {
  const auto first = ERR_get_error();
  auto last = ERR_peek_last_error();
  if (last == 0) last = first;
  ERR_clear_error();
  // A signature that is wrong leaves errors of the libraries below, which come first.
  // Once the client's Finished has come, nothing is about its certificate any more.
  char none = 0;
  const bool asked =
      SSL_get_verify_mode(ssl) != SSL_VERIFY_NONE && SSL_get_peer_finished(ssl, &none, 0) == 0;
  const auto verified = SSL_get_verify_result(ssl);
  if (asked && verified != X509_V_OK && ERR_GET_LIB(last) == ERR_LIB_SSL &&
      ERR_GET_REASON(last) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    return client_certificate_failure(verified);
  }
  // Nothing else that a client sends may be as long: its ClientHello is bounded before.
  if (asked && ERR_GET_LIB(first) == ERR_LIB_SSL &&
      ERR_GET_REASON(first) == SSL_R_EXCESSIVE_MESSAGE_SIZE) {
    return errc::client_certificate_refused;
  }
  return tls_failure(first);
}

errc client_certificate_failure(long verified) {
  switch (verified) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
      return errc::client_certificate_unknown;
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return errc::client_certificate_expired;
    case X509_V_ERR_CERT_REVOKED:
      return errc::client_certificate_revoked;
    case X509_V_ERR_UNABLE_TO_GET_CRL:
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
      return errc::client_certificate_unchecked;
    default:
      return errc::client_certificate_refused;
  }
}

}  // namespace latchkey::net
