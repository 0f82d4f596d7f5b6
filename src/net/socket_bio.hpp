// A non-blocking socket as transport reads and writes it, and OpenSSL's view of the same. Unlike
// OpenSSL's own it never raises SIGPIPE, so that the library need not change how the process treats
// signals, and it bounds how long OpenSSL goes on reading. Not for anything but net/transport.
#pragma once

#include <latchkey/async/readiness.hpp>
#include <latchkey/net/tls_wire.hpp>

#include <openssl/bio.h>
#include <sys/types.h>

#include <cstddef>

namespace latchkey::net {

// One recv and one send: how many bytes, or -1 and errno. They tell the socket's entry what they
// learn of its readiness.
ssize_t receive(async::readiness::entry& from, char* out, std::size_t size);
ssize_t send(async::readiness::entry& to, const char* bytes, std::size_t size);
// Sends what is held back, unless the socket has no room for it: whether nothing is held any more.
// Where the connection is gone, neither is that.
bool send_held(tls_wire& wire);
// Whether it was only too early, by errno.
bool try_again();

// A BIO over `wire`, which must outlive it. The caller frees it, or gives it to an SSL object.
// Throws std::bad_alloc.
BIO* make_socket_bio(tls_wire& wire);

}  // namespace latchkey::net
