// Listening sockets, and what the system has accepted at them. Not for whom a connection is for:
// server/worker.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/descriptor.hpp>
#include <latchkey/core/result.hpp>

namespace latchkey::server {

// How an acceptor is bound.
struct binding {
  async::tcp::endpoint where;
  bool v6_only = true;  // else "::" takes IPv4 clients, too
  bool shared = true;   // as the workers of one server share a port
};

// An acceptor that is bound, but does not listen yet. Of an address family that is not there and
// the like it gives the error.
core::result<async::tcp_acceptor> bound_acceptor(async::executor on, const binding& how);
constexpr int accept_queue = 4096;

// To be called for every acceptor before accept_next(): it does not block from then on, and what
// is accepted at it inherits the options of connections.
void prepare(async::tcp_acceptor& one, core::error_code& error);

struct accepted {
  core::descriptor socket;  // does not block, and sends at once
  async::tcp::endpoint peer;
};

// Errors: would_block where nobody waits to be accepted, else what the system says.
core::result<accepted> accept_next(async::tcp_acceptor& at);

}  // namespace latchkey::server
