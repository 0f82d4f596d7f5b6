// A handshake of a server's TLS with itself, without a network: whether any client could have one.
// Not for judging certificates: names, times and signatures are the clients' business.
#pragma once

#include <openssl/ssl.h>

#include <string>

namespace latchkey::net {

// Empty where a client that offers all that OpenSSL does comes to terms with `context`; else what
// kind of key its certificate has, and why not.
std::string fault_for_every_client(SSL_CTX* context);

// The same text for contexts that such a handshake has the same outcome for; empty for keys of rare
// kinds, each of which has to be tried.
std::string outcome_class(SSL_CTX* context);

}  // namespace latchkey::net
