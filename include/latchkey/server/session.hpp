// One protocol on one connection: what a connection runs once it is secure, chosen by ALPN. Turns
// bytes into contexts and responses into bytes; a pipeline cannot tell one from another. Not for
// handshakes and accepting: server/connection.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/transport.hpp>
#include <latchkey/server/client_standing.hpp>
#include <latchkey/server/origin.hpp>
#include <latchkey/server/worker_context.hpp>

#include <memory>
#include <string_view>

namespace latchkey::server {

class session {
 public:
  virtual ~session() = default;

  // Until there is nothing more to be said; who runs it closes the connection then. The session
  // must outlive it.
  virtual async::task<> run() = 0;

  // run() has ended only so that nothing of it is kept while the client is silent: it is to be
  // called again once there may be something to read, or the transport's time to read has passed.
  virtual bool is_resting() const = 0;

  // No further request than one that has come, or the first of a connection that is new, for which
  // there is a moment: at once if there is none, else once it has been answered.
  virtual void drain() = 0;

  // True while no request is under way: it waits for one, or for the rest of its head, or all of
  // the answer is out.
  virtual bool is_idle() const = 0;
  // The same, and while it waits for room for an answer, which a peer that reads takes at once, or
  // has not begun a request that has come already.
  virtual bool may_be_ended() const = 0;
  // The peer takes nothing of an answer, or so little that a piece of it has been on its way for
  // seconds.
  virtual bool is_stalled(core::steady_time now) const = 0;
  // When it last began to wait for a request, of which nothing had come.
  virtual core::steady_time waits_since() const = 0;
  // Once run() has ended: what it ended by.
  virtual close_reason ended_by() const = 0;
  // In the place of that, where run() has thrown: no request is under way any more.
  virtual void abandon() = 0;
};

// What a session works with. All of it outlives the session.
struct session_parts {
  net::transport& transport;
  const origin& from;
  bool secure = false;
  worker_context& shared;
  client_standing* client = nullptr;  // null: nobody was asked for a certificate
};

// For the protocol that ALPN chose (RFC 7301) of those that net/tls offers, HTTP/1.1 where it chose
// none.
std::unique_ptr<session> make_session(std::string_view protocol, const session_parts& parts);

}  // namespace latchkey::server
