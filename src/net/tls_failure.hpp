// Why OpenSSL would not go on, as one of net/errc. Not for certificates of servers (https_client).
#pragma once

#include <latchkey/net/errc.hpp>

#include <openssl/ssl.h>

namespace latchkey::net {

// `code` as ERR_peek_error() gives it; what says nothing in particular is errc::tls_failed.
errc tls_failure(unsigned long code);

// Why a client's certificate was not taken: of OpenSSL's X509_V_ERR_ codes.
errc client_certificate_failure(long verified);

// Why a handshake as a server has failed, by what OpenSSL has left on the thread's queue, which is
// empty afterwards.
errc handshake_failure(const SSL* ssl);

}  // namespace latchkey::net
