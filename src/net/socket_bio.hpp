// OpenSSL's view of a non-blocking socket. Unlike OpenSSL's own it never raises SIGPIPE, so that
// the library need not change how the process treats signals. Not for anything but net/transport.
#pragma once

#include <openssl/bio.h>

namespace latchkey::net {

// A BIO over `socket`, which it does not own. The caller frees it, or gives it to an SSL object.
// Throws std::bad_alloc.
BIO* make_socket_bio(int socket);

}  // namespace latchkey::net
