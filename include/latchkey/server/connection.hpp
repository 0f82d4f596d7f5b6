// One connection from accept to close: the TLS handshake, then a session of the protocol that was
// agreed on. Not for accepting connections (server/server), nor for requests (server/session).
#pragma once

#include <latchkey/core/descriptor.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/net/transport.hpp>
#include <latchkey/server/client_standing.hpp>
#include <latchkey/server/listener_terms.hpp>
#include <latchkey/server/origin.hpp>
#include <latchkey/server/session.hpp>
#include <latchkey/server/worker_context.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/intrusive/list.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace latchkey::server {

class connection : public boost::intrusive::list_base_hook<
                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 public:
  // `shared` must outlive the connection; `tls` (null: plain) need not. By `terms` that ask for a
  // header of the PROXY protocol the peer is one to be believed.
  connection(core::descriptor socket, const boost::asio::ip::address& peer,
             const listener_terms& terms, const net::tls_context* tls, worker_context& shared);

  // Asked whether the client may have the connection, where only such a header says who that is;
  // empty: any may. For before run().
  using admission = std::function<bool(const boost::asio::ip::address&)>;
  void admit_by(admission ask) { admits_ = std::move(ask); }

  // From the header or the handshake to the end, or to where it rests; then it is to be called
  // again, once sleep() has woken somebody or said that it does not. Never throws; the connection
  // must outlive it.
  async::task<> run();
  // See session.
  bool is_resting() const { return session_ && session_->is_resting(); }
  bool sleep(async::readiness::sleeper& who) { return transport_.sleep_until_readable(who); }

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
  const origin& from() const { return from_; }
  // When it last began to wait for a request, or was accepted.
  core::steady_time waits_since() const;

 private:
  core::deadline handshake_deadline() const;
  async::task<bool> begin();
  async::task<core::error_code> shake_hands();
  async::task<core::error_code> take_proxy_header();
  async::task<> refuse_handshake(core::error_code error);
  void note_end(close_reason why);
  void count_handshake();

  worker_context& shared_;
  origin from_;
  admission admits_;
  client_standing client_;
  net::transport transport_;
  // Null until the handshake has ended.
  std::unique_ptr<session> session_;
  core::steady_time accepted_at_;
  bool secure_;
  bool behind_proxy_;  // that says by a header who the client is
  bool draining_ = false;
  bool closed_ = false;
  std::optional<close_reason> ended_by_;
};

}  // namespace latchkey::server
