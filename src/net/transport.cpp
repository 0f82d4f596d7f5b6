#include "socket_bio.hpp"

#include <latchkey/net/errc.hpp>
#include <latchkey/net/transport.hpp>

#include <boost/asio/post.hpp>
#include <openssl/err.h>

#include <new>
#include <utility>

namespace latchkey::net {

namespace asio = boost::asio;

transport::transport(async::tcp_socket socket, const tls_context* tls, async::watchdog& dog)
    : socket_{std::move(socket)}, entry_{dog, [this] {
                                           timed_out_ = true;
                                           core::error_code ignored;
                                           socket_.cancel(ignored);
                                         }} {
  core::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls->native()));
  if (!ssl_) throw std::bad_alloc{};
  auto* bio = make_socket_bio(socket_.native_handle());
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
  eager_ = 0;
  core::error_code error;
  co_await socket_.async_wait(
      event == wanted::read ? async::tcp_socket::wait_read : async::tcp_socket::wait_write,
      async::use_task_with(error));
  if (closed_ || timed_out_) co_return ended();
  co_return error;
}

async::task<> transport::let_others_run() {
  eager_ = 0;
  co_await asio::post(socket_.get_executor(), async::use_task);
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

async::task<core::error_code> transport::readable() {
  // What OpenSSL has taken off the socket already would not make the socket readable again.
  if (ssl_ && !closed_ && SSL_has_pending(ssl_.get()) == 1) co_return core::error_code{};
  co_return co_await wait(wanted::read);
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
      core::error_code error;
      const auto got = socket_.read_some(asio::buffer(out.data(), out.size()), error);
      if (!error) co_return got;
      if (error != asio::error::would_block && error != asio::error::try_again) {
        co_return std::size_t{0};
      }
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
  core::error_code error;
  put = socket_.write_some(asio::buffer(bytes), error);
  if (error && error != asio::error::would_block && error != asio::error::try_again) {
    return errc::closed;
  }
  event = wanted::write;
  return put;
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
  core::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void transport::reset() {
  core::error_code ignored;
  if (!closed_) socket_.set_option(asio::socket_base::linger{true, 0}, ignored);
  close();
}

void transport::close() {
  closed_ = true;
  core::error_code ignored;
  socket_.close(ignored);
}

}  // namespace latchkey::net
