// One accepted connection as bytes, plain or TLS: OpenSSL works on the socket itself, so that a
// connection costs no buffers beyond OpenSSL's own, and none of these before a whole ClientHello is
// there. Not for HTTP.
#pragma once

#include <latchkey/async/coarse_timers.hpp>
#include <latchkey/async/readiness.hpp>
#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/net/tls.hpp>
#include <latchkey/net/tls_wire.hpp>

#include <openssl/ssl.h>

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
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
  // `tls` null: plain TCP; need not outlive the transport. Throws boost::system::system_error where
  // the system cannot watch one more socket.
  transport(async::tcp_socket socket, const tls_context* tls, async::readiness& ready,
            async::coarse_timers& timers);
  transport(const transport&) = delete;
  transport& operator=(const transport&) = delete;

  // TLS only; at once a success on a plain connection. Must have succeeded before anything is read
  // or written. After errc::plain_http speak_plainly() is possible.
  async::task<core::error_code> handshake();
  // From here on without TLS, so that a peer that has begun so can be told. What it has sent is
  // forgotten.
  void speak_plainly();

  // Whether there may be something to read, or the end; what OpenSSL has taken off the socket
  // already is something.
  bool may_read() const {
    return closed_ || socket_.is_ready(wanted::read) || (ssl_ && SSL_has_pending(ssl_.get()) == 1);
  }
  // Whether bytes of the peer have come that nobody has read; asks the system. Its end is none.
  bool has_unread();
  // Waits until there may be something on the socket. Where most likely nothing has come yet this
  // is cheaper than to try first.
  async::task<core::error_code> readable() { return wait(wanted::read, wanted::read); }

  // At least one byte, or 0 when the peer has ended its side.
  async::task<core::result<std::size_t>> read_some(std::span<char> out);

  // Writes all of it. `bytes` must live until the task ends. After an error, which may leave a part
  // of it sent, nothing more can be written.
  async::task<core::error_code> write(std::string_view bytes);

  // Tells the peer that no more will come; does not wait for its answer.
  void end_writing();

  // Set the deadline of the current and of later waits. Take effect on a wait that is under way,
  // too; a deadline that has passed before is forgotten.
  void read_until(core::deadline until) { set_deadline(wanted::read, until); }
  void write_until(core::deadline until) { set_deadline(wanted::write, until); }

  // The peer has ended its side, or the connection is gone. What it sent before may still be
  // unread: a peer that only ended its side may still wait for an answer.
  bool peer_closed() const { return closed_ || socket_.peer_closed(); }
  // Called once, from the event loop, when that becomes so, or is; empty: nobody is told any more.
  // It must not destroy the transport.
  void on_peer_closed(std::function<void()> call) { socket_.on_peer_closed(std::move(call)); }

  // Ends whatever waits, with errc::closed, and every later operation.
  void close();
  // The same, and the peer is told of a reset; what has not been sent yet is lost.
  void reset();

 private:
  struct ssl_deleter {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  using wanted = async::readiness::direction;
  // Takes in a whole ClientHello, so that a peer that does not send one costs no SSL object.
  async::task<core::error_code> take_hello();
  // One read towards it.
  core::error_code take_more();
  void begin_tls();
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
  // One write of what the socket takes now: how many bytes, or what to wait for.
  core::result<std::size_t> write_some(std::string_view bytes, wanted& event);
  // True where it is the others' turn: then yield() before going on.
  bool budget_exhausted() { return ++consecutive_ops_ >= max_consecutive_ops; }
  async::task<> yield();
  core::error_code why_ended(wanted who) const;

  async::executor home_;
  async::readiness::entry socket_;
  tls_wire wire_;
  // Null on a plain connection, and once there is an SSL object.
  std::unique_ptr<SSL_CTX, ssl_deleter> context_;
  std::unique_ptr<SSL, ssl_deleter> ssl_;
  async::coarse_timers::entry entry_;
  // How many operations in a row may find the socket ready.
  static constexpr unsigned max_consecutive_ops = 64;
  unsigned consecutive_ops_ = 0;
  // By direction; the entry's deadline is the sooner of the two.
  std::array<core::steady_time, 2> until_{core::steady_time::max(), core::steady_time::max()};
  std::array<bool, 2> timed_out_{};
  bool closed_ = false;
  bool write_failed_ = false;
};

}  // namespace latchkey::net
