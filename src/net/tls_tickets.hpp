// Session tickets of a server's TLS, sealed by a ring of keys (net/ticket_keys). Not for sessions
// kept in memory: there are none.
#pragma once

#include <latchkey/core/time.hpp>

#include <openssl/ssl.h>

#include <chrono>
#include <functional>

namespace latchkey::net {

// How long a ticket can be used; a key seals for as long, and lives twice as long.
constexpr std::chrono::hours ticket_life{2};

// Gives `context` a ring of its own, which lives as long as it does. `now` is called on any thread.
// Throws std::bad_alloc.
void use_ticket_keys(SSL_CTX* context, std::function<core::steady_time()> now);

}  // namespace latchkey::net
