// Session tickets of a server's TLS, sealed by a ring of keys (net/ticket_keys). Not for sessions
// kept in memory: there are none.
#pragma once

#include <latchkey/core/time.hpp>

#include <openssl/ssl.h>

#include <chrono>
#include <functional>
#include <memory>

namespace latchkey::net {

// How long a ticket can be used; a key seals for as long, and lives twice as long.
constexpr std::chrono::hours ticket_life{2};

class ticket_ring;

// Has `context` seal its tickets by the ring, which lives as long as it does. Throws
// std::bad_alloc.
void use_tickets(SSL_CTX* context, std::shared_ptr<ticket_ring> ring);

}  // namespace latchkey::net
