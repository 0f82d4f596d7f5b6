// One thread's share of a server: its acceptors and its connections. Everything but the two counts
// is touched on its own executor only. Not for use outside server/server.
#pragma once

#include "client_connections.hpp"
#include "client_counts.hpp"
#include "listening.hpp"

#include <latchkey/server/connection.hpp>
#include <latchkey/server/server.hpp>

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace latchkey::server {

// One that has been accepted, of a client that may have it.
struct newcomer {
  core::descriptor socket;
  boost::asio::ip::address client;
  listener_terms terms;
  // Nothing where a proxy has still to say who the client is.
  std::optional<client_counts::place> counted;
};

class worker;

// Owned by the coroutine that runs it; while that rests, by nobody but itself.
struct open_connection final : async::readiness::sleeper {
  open_connection(newcomer of, const net::tls_context* tls, worker_context& shared, worker& by);
  core::steady_time waits_since() const { return one.waits_since(); }
  void wake() override;
  void abandon() override;

  worker& home;
  std::optional<client_counts::place> counted;
  connection one;
  client_connections<open_connection>::place by_client;
  bool makes_room = false;  // closed for another one
};

// What becomes of the listeners of one worker. Each has a number of its own.
struct listener_change {
  struct added {
    async::tcp_acceptor acceptor;  // bound and listening
    std::uint64_t number = 0;
    std::size_t terms = 0;  // which of the site's
    bool spread = false;    // what it accepts is for all workers in turn
  };
  std::vector<added> add;
  std::vector<std::uint64_t> remove;
  // Numbers and terms of those that stay.
  std::vector<std::pair<std::uint64_t, std::size_t>> terms;
};

class worker {
 public:
  // What all workers of one server share and outlive.
  struct server_state {
    server_settings settings;
    core::clock clock;
    client_counts clients{0};
    std::vector<worker*> workers;  // all of them; set once, before the first accepts
    std::atomic<std::size_t> open{0};
  };

  // `connections`: how many this worker may have open.
  worker(async::executor where, server_state& shared, std::shared_ptr<const site> first,
         std::size_t connections);

  // After start() it accepts at once, and is for the worker's executor.
  void add(listener_change::added one);

  async::executor where() const { return context_.where; }
  // Any thread.
  const worker_counts& counts() const { return context_.counts; }
  // Each of these on the worker's executor.
  void start();
  void stop_accepting();
  // Once all workers have stopped accepting.
  void drain();
  void close_connections();
  // Calls `empty` as soon as there is no connection.
  void on_drained(std::function<void()> empty);
  // Of one that has rested.
  void go_on(std::unique_ptr<open_connection> one);
  // See server::pause and server::resume.
  core::error_code pause();
  core::error_code resume();
  // For requests and connections from now on. `next` may be null: the site stays. Connections that
  // the system has accepted already at a listener that goes are served by its terms.
  void change(listener_change of, const std::shared_ptr<const site>& next, std::size_t connections);
  // For connections accepted from now on.
  void use_tls(std::shared_ptr<const net::tls_context> other) { tls_ = std::move(other); }

 private:
  struct listener {
    async::tcp_acceptor acceptor;
    std::uint64_t number = 0;
    // Its own copy: one that goes accepts for a moment more, when the site may have them no longer.
    listener_terms terms;
    async::timer pause;  // cancelled when a connection ends
    bool spread = false;
    bool removed = false;
    std::size_t turn = 0;  // of the worker that gets the next, where it is spread
  };

  enum class room : std::uint8_t { made, none, refused };

  async::task<> accept(listener& at);
  async::task<bool> accept_some(listener& at);
  async::task<bool> accept_for_all(listener& at);
  worker* next_in_turn(listener& at) const;
  void hand_over(worker& to, accepted one, const listener_terms& terms) const;
  void receive(accepted one, const listener_terms& terms);
  async::task<> receive_when_room(newcomer one);
  void end_handover();
  std::optional<newcomer> admit(accepted one, const listener_terms& terms);
  void remove(std::uint64_t number);
  void use(const std::shared_ptr<const site>& next, std::size_t connections);
  void refuse(const boost::asio::ip::address& client, core::error_code why);
  bool count_for(open_connection& one, const boost::asio::ip::address& client);
  void take(newcomer one);
  void run(std::unique_ptr<open_connection> one);
  void take_queued(listener& at);
  bool is_full() const { return count_ - leaving_ >= limit_; }
  bool has_to_wait() const;
  async::task<bool> await_room(async::timer& pause, const bool& removed,
                               const boost::asio::ip::address& client);
  room make_room(const boost::asio::ip::address& client);
  void ended(bool made_room);
  void tell_if_drained();

  server_state& state_;
  std::size_t limit_;
  boost::intrusive::list<connection, boost::intrusive::constant_time_size<false>> connections_;
  client_connections<open_connection> by_client_;
  async::socket_waits waits_;
  worker_context context_;
  std::list<listener> listeners_;
  std::shared_ptr<const net::tls_context> tls_;
  std::size_t count_ = 0;
  std::size_t leaving_ = 0;  // of these, closed for others, and about to end
  // Accepted for it by another worker, and not taken yet.
  std::atomic<std::size_t> handed_{0};
  bool started_ = false;
  bool draining_ = false;
  bool paused_ = false;
  std::function<void()> on_drained_;
};

}  // namespace latchkey::server
