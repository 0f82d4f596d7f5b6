// One connection from accept to close: the TLS handshake, then a session of the protocol that was
// agreed on. Not for accepting connections (server/server), nor for requests (server/session).
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/net/transport.hpp>
#include <latchkey/server/session.hpp>
#include <latchkey/server/worker_context.hpp>

#include <boost/intrusive/list.hpp>

#include <memory>
#include <optional>
#include <string>

namespace latchkey::server {

class connection : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `shared` must outlive the connection; `tls` (null: plain) need not.
  connection(async::tcp_socket socket, std::string peer, const net::tls_context* tls,
             worker_context& shared);

  // From the handshake to the end. Never throws; the connection must outlive it.
  async::task<> run();

  // See session::drain().
  void drain();
  // Ends the connection now.
  void close(close_reason why);

  // See session; true in a handshake, and false once it has been closed.
  bool is_idle() const;
  bool may_be_ended() const;
  bool is_stalled(core::steady_time now) const;
  // The peer has ended its side or is gone: it is about to end.
  bool peer_closed() const { return transport_.peer_closed(); }
  // See transport.
  bool has_unread() { return transport_.has_unread(); }
  const std::string& peer() const { return peer_; }
  // When it last began to wait for a request, or was accepted.
  core::steady_time waits_since() const;

 private:
  core::deadline handshake_deadline() const;
  async::task<> refuse_handshake(core::error_code error);
  void note_end(close_reason why);
  void count_handshake();

  worker_context& shared_;
  std::string peer_;
  net::transport transport_;
  // Null until the handshake has ended.
  std::unique_ptr<session> session_;
  core::steady_time accepted_at_;
  bool secure_;
  bool draining_ = false;
  bool closed_ = false;
  std::optional<close_reason> ended_by_;
};

}  // namespace latchkey::server
