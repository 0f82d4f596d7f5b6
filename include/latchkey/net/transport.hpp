// One connection as bytes, accepted or made, plain or TLS: OpenSSL works on the socket itself, so
// that a connection costs no buffers beyond OpenSSL's own, and as a server none of these before a
// whole ClientHello is there. Not for HTTP, nor for names (net/resolve).
#pragma once

#include <latchkey/async/coarse_timers.hpp>
#include <latchkey/async/readiness.hpp>
#include <latchkey/async/socket_waits.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/core/client_certificate.hpp>
#include <latchkey/core/descriptor.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/net/client_rules.hpp>
#include <latchkey/net/client_tls.hpp>
#include <latchkey/net/proxy_header.hpp>
#include <latchkey/net/tls.hpp>
#include <latchkey/net/tls_wire.hpp>

#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::net {

// Lives on the executor of its socket. One task may read while another writes. Every wait of a read
// ends by the read deadline, every wait of a write by the write deadline: errc::timeout; precise to
// coarse_timers::tick. A handshake counts as reading. A peer that always has more to give or to
// take still lets the others of this thread have their turn, whatever it sends: an OpenSSL call
// that goes on reading is cut short, and a peer that sends nothing but handshake messages is given
// up (errc::tls_flood).
class transport {
 public:
  // What a connection that nobody has asked anything over has come to: `spoke` where there is
  // something to read all the same.
  enum class idle_state : std::uint8_t { open, spoke, ended };

  // `socket` has been accepted, does not block and sends at once. `tls` null: plain TCP; need not
  // outlive the transport. `waits` must outlive what waits for it. Throws
  // boost::system::system_error where the system cannot watch one more socket.
  transport(core::descriptor socket, const tls_context* tls, async::socket_waits& waits);
  // One that is being made to `to`, plain until the other handshake(). The error is what the system
  // says at once, as that no descriptor is left. `waits` must outlive what waits for it.
  static core::result<std::unique_ptr<transport>> connect(const async::tcp::endpoint& to,
                                                          async::socket_waits& waits);
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;

  // Waits, as a reader, until it is made; must have succeeded before anything else. Errors: what
  // the system reports.
  async::task<core::error_code> connected();
  // As the client, over what is plain until then: the server has to prove that it is `host`, as
  // client_tls::make says. `resume` is taken up where the server likes it; may be null, and need
  // not outlive the call. Errors: certificate_category() for a certificate that is refused, that of
  // Asio's TLS for what OpenSSL says, errc::closed, errc::tls_flood, or what the system reports.
  async::task<core::error_code> handshake(const client_tls& with, std::string host,
                                          SSL_SESSION* resume = nullptr);

  // Takes the header of the PROXY protocol with which an accepted connection begins, and no byte
  // behind it; before all else. Errors: those of read_proxy_header, errc::closed, errc::timeout.
  async::task<core::result<proxy_header>> take_proxy_header();
  // TLS only; at once a success on a plain connection. Must have succeeded before anything is read
  // or written. After errc::plain_http speak_plainly() is possible. `clients` says which
  // certificates are asked for and taken; null: none is.
  async::task<core::error_code> handshake(std::shared_ptr<const client_rules> clients = nullptr);
  // What the client has proved to be, in this handshake or the one whose session it took up; null
  // where it has not.
  const core::client_certificate_ptr& certificate() const { return certificate_; }
  // The protocol that ALPN chose (RFC 7301), valid while the transport lives; empty where it chose
  // none, and on a plain connection.
  std::string_view protocol() const;
  // From here on without TLS, so that a peer that has begun so can be told. What it has sent is
  // forgotten.
  void speak_plainly();

  // Whether there may be something to read, or the end; what OpenSSL has taken off the socket
  // already is something.
  bool may_read() const { return closed_ || socket_.is_ready(wanted::read) || has_buffered(); }
  // Whether bytes of the peer have come that nobody has read; asks the system. Its end is none.
  bool has_unread();
  // Waits until there may be something on the socket. Where most likely nothing has come yet this
  // is cheaper than to try first.
  async::task<core::error_code> readable() { return wait(wanted::read, wanted::read); }
  // The same without a coroutine: `who` is woken where that would end. False where it would at
  // once, and then it is not.
  bool sleep_until_readable(async::readiness::sleeper& who);

  // At least one byte, or 0 when the peer has ended its side. As a client: only where it has said
  // so, and errc::truncated or what the system reports where the connection is gone.
  async::task<core::result<std::size_t>> read_some(std::span<char> out);

  // The same where nothing has to be waited for. Nothing where it has, or where it is the others'
  // turn: then read_some goes on.
  std::optional<core::result<std::size_t>> read_at_once(std::span<char> out);

  // Begins a write: how many bytes went without waiting. If there are more, the next is write() of
  // them, from where they stand. Errors as those of write().
  core::result<std::size_t> write_at_once(std::string_view bytes);

  // Writes all of it. `bytes` must live until the task ends. After an error, which may leave a part
  // of it sent, nothing more can be written.
  async::task<core::error_code> write(std::string_view bytes);

  // Lets the others of this thread have their turn.
  async::task<> yield();

  // Tells the peer that no more will come; does not wait for its answer.
  void end_writing();

  // Ends a read that waits with errc::timeout; the next read_until lets reading go on.
  void cancel_read();

  // Set the deadline of the current and of later waits. Take effect on a wait that is under way,
  // too; a deadline that has passed before is forgotten.
  void read_until(core::deadline until) { set_deadline(wanted::read, until); }
  void write_until(core::deadline until) { set_deadline(wanted::write, until); }

  // The peer has ended its side, or the connection is gone. What it sent before may still be
  // unread: a peer that only ended its side may still wait for an answer.
  bool peer_closed() const { return closed_ || socket_.peer_closed(); }
  // After read_some has given 0: the peer has said so, by close_notify where TLS is spoken, and did
  // not just go.
  bool ended_orderly() const { return orderly_end_; }
  // close() or reset() has been called.
  bool is_closed() const { return closed_; }
  // Called once, from the event loop, when that becomes so, or is; empty: nobody is told any more.
  // It must not destroy the transport.
  void on_peer_closed(std::function<void()> call) { socket_.on_peer_closed(std::move(call)); }

  // As a client, between two requests: asks the system, and takes in session tickets and the like.
  // Neither waits nor takes what there is to read.
  idle_state check_idle();
  // OpenSSL has taken bytes off the socket that nobody has read yet.
  bool has_buffered() const { return ssl_ && SSL_has_pending(ssl_.get()) == 1; }
  // As a client: the server has asked for a certificate, and there was none to show.
  bool lacks_certificate() const;
  // To be taken up by a later handshake, once the server's tickets have been read; null where
  // plain.
  session_ptr session() const;
  // By a session of an earlier connection: no certificate was looked at.
  bool resumed() const;
  // Of this side; 0 where the system does not say. Asked for at the first call.
  std::uint16_t local_port();
  // This side of the connection and the other, with port 0 where the system does not say; asked for
  // at each call.
  async::tcp::endpoint near_end() const;
  async::tcp::endpoint far_end() const;
  // For what was agreed on; null where plain.
  const SSL* tls() const { return ssl_.get(); }

  // Ends whatever waits, with errc::closed, and every later operation.
  void close();
  // The same, and the peer is told of a reset; what has not been sent yet is lost.
  void reset();

 private:
  using wanted = async::readiness::direction;
  // Takes in a whole ClientHello, so that a peer that does not send one costs no SSL object.
  async::task<core::error_code> take_hello();
  // One read towards it.
  core::error_code take_more();
  void begin_tls(ssl_ptr with);
  async::task<core::error_code> negotiate();
  // Of a handshake that has succeeded.
  core::error_code take_certificate(const client_rules& by);
  // Of a client: why there was no handshake, where `error` ended it.
  core::error_code why_refused(const core::error_code& error) const;
  // Why an operation failed for good: what the system, or OpenSSL, says.
  core::error_code system_failure(int number) const;
  core::error_code tls_error() const;
  static void note_message(int sent, int version, int type, const void* bytes, std::size_t size,
                           SSL* ssl, void* self);
  // What an OpenSSL call that did not succeed asks for, or why it failed for good.
  core::result<wanted> want(int outcome) const;
  void before_call();
  void set_deadline(wanted of, core::deadline until);
  void on_deadline();
  bool timed_out(wanted who) const { return timed_out_[static_cast<std::size_t>(who)]; }
  bool ended(wanted who) const { return closed_ || timed_out(who); }
  async::task<core::error_code> wait(wanted event, wanted who);
  // One read of what is there now: its outcome, or nothing and what to wait for.
  std::optional<core::result<std::size_t>> try_read(std::span<char> out, wanted& event);
  // One write of what the socket takes now: how many bytes, or what to wait for.
  core::result<std::size_t> write_some(std::string_view bytes, wanted& event);
  // True where it is the others' turn: then yield() before going on.
  bool budget_exhausted() { return ++consecutive_ops_ >= max_consecutive_ops; }
  core::error_code why_ended(wanted who) const;

  async::executor home_;
  async::readiness::entry socket_;
  tls_wire wire_;
  // Null on a plain connection, and once there is an SSL object.
  std::unique_ptr<SSL_CTX, ssl_deleter> context_;
  ssl_ptr ssl_;
  core::client_certificate_ptr certificate_;
  async::coarse_timers::entry entry_;
  // How many operations in a row may find the socket ready.
  static constexpr unsigned max_consecutive_ops = 64;
  unsigned consecutive_ops_ = 0;
  std::uint16_t local_port_ = 0;
  // By direction; the entry's deadline is the sooner of the two.
  std::array<core::steady_time, 2> until_{core::steady_time::max(), core::steady_time::max()};
  std::array<bool, 2> timed_out_{};
  bool closed_ = false;
  bool write_failed_ = false;
  bool orderly_end_ = false;
  bool close_notified_ = false;  // close_notify has come
  bool client_ = false;
  bool certificate_asked_ = false;
};

}  // namespace latchkey::net
