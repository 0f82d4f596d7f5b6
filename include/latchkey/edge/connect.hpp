// The way to one address of an upstream: TCP, and TLS where it is spoken there. Not for keeping
// connections: edge/pool.
#pragma once

#include <latchkey/async/socket_waits.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/edge/place.hpp>
#include <latchkey/net/client_tls.hpp>
#include <latchkey/net/transport.hpp>

#include <memory>
#include <string_view>

namespace latchkey::edge {

// Whether a connection failed for what this machine lacks: descriptors, memory, ports. That says
// nothing of the address.
bool is_of_this_machine(const core::error_code& error);

// By `until`. `with` may be null where `to` is not secure; `resume` is a session of an earlier
// connection there, or null. `under_way` is the connection while the task has it, else null:
// whoever closes it ends the task. `first`: bytes that are sent before all else, TLS among it.
// net::errc::timeout, or what the system or TLS reported. All of
// it must live until the task ends.
async::task<core::result<std::unique_ptr<net::transport>>> connect(
    async::socket_waits& waits, const place& to, const net::client_tls* with, SSL_SESSION* resume,
    core::deadline until, net::transport*& under_way, std::string_view first);

}  // namespace latchkey::edge
