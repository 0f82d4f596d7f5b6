// One thread's share of a server: its acceptors and its sessions. Everything but `open` is touched
// on its own executor only. Not for use outside net/server.
#pragma once

#include <latchkey/net/server.hpp>

#include <atomic>
#include <list>

namespace latchkey::net {

class worker {
 public:
  // What all workers of one server share and outlive.
  struct common {
    server_settings settings;
    http::handler pipeline;
    core::clock clock;
    std::atomic<std::size_t> open{0};
  };

  worker(async::executor where, common& shared, std::size_t connections);

  // Adds an acceptor that is bound and listening.
  void add(async::tcp_acceptor acceptor);

  async::executor where() const { return shared_session_.where; }
  // Each of these on the worker's executor.
  void start();
  void drain();
  void close_sessions();
  // Calls `empty` as soon as there is no session.
  void when_empty(std::function<void()> empty);

 private:
  struct door {
    async::tcp_acceptor acceptor;
    async::timer pause;  // cancelled when a session ends
  };

  async::task<> accept(door& at);
  async::task<bool> accept_one(door& at);
  async::task<> run_session(std::unique_ptr<session> one);
  void ended();

  common& common_;
  std::size_t limit_;
  async::watchdog dog_;
  session_shared shared_session_;
  std::list<door> doors_;
  boost::intrusive::list<session, boost::intrusive::constant_time_size<false>> sessions_;
  std::size_t count_ = 0;
  bool draining_ = false;
  std::function<void()> empty_;
};

}  // namespace latchkey::net
