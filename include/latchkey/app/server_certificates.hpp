// The TLS context of the certificates that a configuration names. Not for those it shows providers.
#pragma once

#include <latchkey/app/config.hpp>
#include <latchkey/net/tls.hpp>

#include <memory>

namespace latchkey::app {

// Throws as net::tls_context.
std::shared_ptr<const net::tls_context> make_tls_context(
    const server_config& server, const std::shared_ptr<net::ticket_ring>& tickets);

}  // namespace latchkey::app
