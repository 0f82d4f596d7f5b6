#include "socket_bio.hpp"

#include <latchkey/net/errc.hpp>
#include <latchkey/net/transport.hpp>

#include <boost/asio/post.hpp>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <new>
#include <utility>

namespace latchkey::net {

namespace asio = boost::asio;

namespace {

// Taken from Asio, which would otherwise look after it, too.
int release(async::tcp_socket socket) {
  core::error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket.non_blocking(true, ignored);
  return socket.release();
}

}  // namespace

transport::transport(async::tcp_socket socket, const tls_context* tls, async::readiness& ready,
                     async::watchdog& dog)
    : home_{socket.get_executor()},
      socket_{ready, release(std::move(socket))},
      entry_{dog, [this] {
               timed_out_ = true;
               socket_.cancel();
             }} {
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls->native()));
  if (!ssl_) throw std::bad_alloc{};
  auto* bio = make_socket_bio(socket_);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

core::error_code transport::ended() const {
  if (timed_out_) return errc::timeout;
  return errc::closed;
}

core::result<transport::wanted> transport::want(int outcome) const {
  switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
      return wanted::read;
    case SSL_ERROR_WANT_WRITE:
      return wanted::write;
    case SSL_ERROR_ZERO_RETURN:
    case SSL_ERROR_SYSCALL:
      return errc::closed;
    default:
      // Left on the thread's queue it would be read as the failure of another connection.
      ERR_clear_error();
      return errc::tls_failed;
  }
}

async::task<core::error_code> transport::wait(wanted event) {
  if (closed_ || timed_out_) co_return ended();
  if (!socket_.may(event)) {
    eager_ = 0;
    co_await socket_.wait(event);
    if (closed_ || timed_out_) co_return ended();
  }
  co_return core::error_code{};
}

async::task<> transport::let_others_run() {
  eager_ = 0;
  co_await asio::post(home_, async::use_task);
}

async::task<core::error_code> transport::handshake() {
  if (!ssl_) co_return core::error_code{};
  for (;;) {
    // Once closed, the descriptor's number may be another connection's.
    if (closed_ || timed_out_) co_return ended();
    ERR_clear_error();
    const int outcome = SSL_accept(ssl_.get());
    if (outcome == 1) co_return core::error_code{};
    const auto event = want(outcome);
    if (event.has_error()) co_return event.error();
    if (const auto error = co_await wait(*event)) co_return error;
  }
}

async::task<core::result<std::size_t>> transport::read_some(std::span<char> out) {
  if (had_its_turn()) co_await let_others_run();
  for (;;) {
    if (closed_ || timed_out_) co_return ended();
    auto event = wanted::read;
    if (ssl_) {
      ERR_clear_error();
      std::size_t got = 0;
      const int outcome = SSL_read_ex(ssl_.get(), out.data(), out.size(), &got);
      if (outcome == 1) co_return got;
      const auto wish = want(outcome);
      if (wish.has_error()) {
        if (wish.error() == errc::closed) co_return std::size_t{0};
        co_return wish.error();
      }
      event = *wish;
    } else {
      const auto got = receive(socket_, out.data(), out.size());
      if (got >= 0 || !try_again()) co_return static_cast<std::size_t>(std::max(got, ssize_t{0}));
    }
    if (const auto error = co_await wait(event)) co_return error;
  }
}

core::result<std::size_t> transport::write_some(std::string_view bytes, wanted& event) {
  std::size_t put = 0;
  if (ssl_) {
    ERR_clear_error();
    const int outcome = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &put);
    if (outcome == 1) return put;
    const auto wish = want(outcome);
    if (wish.has_error()) return wish.error();
    event = *wish;
    return std::size_t{0};
  }
  const auto count = send(socket_, bytes.data(), bytes.size());
  if (count < 0 && !try_again()) return errc::closed;
  event = wanted::write;
  return static_cast<std::size_t>(std::max(count, ssize_t{0}));
}

async::task<core::error_code> transport::write(std::string_view bytes) {
  if (write_failed_) co_return errc::closed;
  // Until all of it is out: behind a piece of it nothing else may follow.
  write_failed_ = true;
  auto event = wanted::write;
  while (!bytes.empty()) {
    if (had_its_turn()) co_await let_others_run();
    if (closed_ || timed_out_) co_return ended();
    const auto put = write_some(bytes, event);
    if (put.has_error()) co_return put.error();
    bytes.remove_prefix(*put);
    if (*put != 0) continue;
    if (const auto error = co_await wait(event)) co_return error;
  }
  write_failed_ = false;
  co_return core::error_code{};
}

void transport::end_writing() {
  // Once closed, the descriptor's number may be another connection's.
  if (closed_) return;
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ::shutdown(socket_.descriptor(), SHUT_WR);
}

void transport::reset() {
  // Closing then throws away what has not been sent, and tells the peer of a reset.
  const ::linger at_once{1, 0};
  if (!closed_) {
    ::setsockopt(socket_.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  close();
}

void transport::close() {
  closed_ = true;
  socket_.close();
}

}  // namespace latchkey::net
