// Listens and runs sessions: one acceptor per address and thread (SO_REUSEPORT), a bound on
// connections, and an orderly end. Not for what a request means: that is the pipeline it is given.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>
#include <latchkey/net/tls.hpp>
#include <latchkey/server/site.hpp>
#include <latchkey/server/worker_context.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::server {

// What becomes of a further connection where all that may be open are. Each of the server's threads
// has its own share of them, and looks at those alone.
enum class when_full : std::uint8_t {
  wait,  // in the system's queue until one has ended
  // The connection that has been idle for longest, of the client that holds the most, is closed for
  // it: one that has waited for a request for min_idle, or been sending the head of one, or whose
  // answer is out or not taken for seconds. Where none is, it waits. Where only clients that hold
  // less than its own have one, it is refused.
  close_idle,
  // The same, and one that does not take its answer, or has further requests waiting, may go, too.
  close_unread,
};

// A socket that somebody else has opened for this server and that listens already. It stays his,
// and is open until drain() is called.
struct given_listener {
  async::tcp::endpoint where;
  int descriptor = -1;
};

struct server_settings {
  session_settings session;
  // Open at the same time.
  std::size_t connections = 10'000;
  // Of one client, an IPv4 address or an IPv6 network of 64 bits; a further one is closed at once.
  // 0: no bound.
  std::size_t connections_per_client = 0;
  server::when_full when_full = when_full::wait;
  std::chrono::milliseconds min_idle{1'000};  // for when_full::close_idle
  // Where false, "::" takes the clients of both families, unless an IPv4 address of the same port
  // is listened on, too.
  bool v6_only = false;
  // Another server of the same user may listen at the same addresses, which is how one takes over
  // from another; else that is an error for the second.
  bool share_addresses = false;
  // Used instead of one of its own wherever the address is asked for. There is one of it for all
  // threads: the connections are handed to them in turn.
  std::vector<given_listener> given;
  // Null: plain HTTP.
  std::shared_ptr<const net::tls_context> tls;
  // Told of connections on which no exchange began, and of every exchange at its end; on any
  // thread. Each may be empty.
  std::function<void(const refusal&)> refused;
  http::exchange_observer observe;
};

// "127.0.0.1:8443", "[::1]:0": an address, not a name. Throws std::invalid_argument that says what
// was expected.
async::tcp::endpoint parse_endpoint(std::string_view text);

class server {
 public:
  // Binds every address; throws std::runtime_error that names the address which could not be had
  // and why. `pool` must outlive the server, and must have been stopped and joined when it is
  // destroyed. `pipeline` is called on every thread of the pool at once.
  server(async::io_pool& pool, const std::vector<async::tcp::endpoint>& listen,
         server_settings settings, http::handler pipeline, core::clock clock);
  // The same with the first site; `settings` says the rest. Its session, connections and tls are
  // not used. Throws std::invalid_argument where the site has not the terms of an address, or asks
  // for certificates without TLS.
  server(async::io_pool& pool, const std::vector<listen_address>& listen, server_settings settings,
         std::shared_ptr<const site> first, core::clock clock);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  // Where it listens, with the ports the system chose for port 0.
  const std::vector<async::tcp::endpoint>& endpoints() const;
  // The same as URLs, "https://127.0.0.1:8443", without TLS "http://...".
  std::vector<std::string> urls() const;

  // Begins to accept, once the pool runs or is about to.
  void start();

  // Replaces the site, once started: for requests that begin and connections that are accepted from
  // now on. `done`, which may be empty, is called as for pause(), when every thread has it. Throws
  // std::invalid_argument for one without a pipeline or the terms of a listener, or that would
  // change between TLS and plain HTTP. Not from two threads at once.
  void use(std::shared_ptr<const site> next, std::function<void(core::error_code)> done = {});

  // The same, and listens at these addresses and at no other. Throws as the constructor, and then
  // nothing has changed. Connections at addresses that are gone live on. An address that stays may
  // have other terms: it is not listened at anew, and no connection is accepted by those of one
  // site with the other in use.
  void use(std::shared_ptr<const site> next, const std::vector<listen_address>& addresses,
           std::function<void(core::error_code)> done = {});
  // Listens at these addresses, with the site's first terms, and at no other.
  void listen(const std::vector<async::tcp::endpoint>& addresses);

  // Stops accepting, lets requests under way be answered, what the system has accepted already
  // among them, and ends the rest at `until`. Calls `done`
  // once, on one of the pool's threads, when the last connection has ended.
  void drain(core::deadline until, std::function<void()> done);

  // For simulating a provider that is down; from any thread, once started. Each calls `done`, which
  // may be empty, on the first of the pool's threads when all of it has happened on all threads,
  // with the first error.
  //
  // Connections are refused until resume(): nothing listens, but the ports stay bound. Open
  // connections stay open; those not yet accepted are reset.
  void pause(std::function<void(core::error_code)> done = {});
  void resume(std::function<void(core::error_code)> done = {});
  // Presents itself by another context on connections accepted from now on. Throws
  // std::invalid_argument on a server that was made without TLS, and for a null one.
  void use_tls(std::shared_ptr<const net::tls_context> other,
               std::function<void(core::error_code)> done = {});

  std::size_t open_connections() const;
  // How many there have been since the start.
  std::uint64_t accepted_connections() const;
  // What is counted of all connections; any thread.
  server_totals totals() const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace latchkey::server
