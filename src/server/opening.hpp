// Opening what a server listens at: an acceptor for each of its workers, or what is wrong, with
// what to do. Not for what happens at it afterwards: server/listening, server/worker.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/server/server.hpp>

#include <cstddef>
#include <vector>

namespace latchkey::server {

struct opened_acceptor {
  std::size_t worker = 0;
  async::tcp_acceptor acceptor;
  bool spread = false;  // what it accepts is for all workers in turn
};

// Opens `where`, one of `all` the addresses that are listened at, for the workers that have these
// executors (at least one). Throws std::runtime_error where it cannot be had; nothing is open then.
std::vector<opened_acceptor> open_acceptors(const async::tcp::endpoint& where,
                                            const std::vector<listen_address>& all,
                                            const server_settings& settings,
                                            const std::vector<async::executor>& workers);

}  // namespace latchkey::server
