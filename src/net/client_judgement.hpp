// The rules for clients' certificates as connections carry them, within OpenSSL's calls. Not for
// making the rules: client_rules.
#pragma once

#include <openssl/ssl.h>

namespace latchkey::net {

// To be called where a connection goes on with another context (by SNI), whose empty store of
// authorities would be asked then. False where memory has run out.
bool keep_client_rules(SSL* ssl);

// Has a server's context note in the tickets that it seals until when the certificate in them can
// be verified, and pass over a ticket that is older than that.
void judge_tickets(SSL_CTX* context);

}  // namespace latchkey::net
