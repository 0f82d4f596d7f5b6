#include "load/connection.hpp"

#include "load/errc.hpp"

#include <openssl/err.h>

#include <array>
#include <utility>

namespace latchkey::bench::load {

namespace asio = boost::asio;
using clock = core::steady_time::clock;

connection::connection(async::executor where, async::watchdog& dog, target to)
    : socket_{where}, to_{std::move(to)}, entry_{dog, [this] { cancel(); }} {}

void connection::cancel() {
  timed_out_ = true;
  core::error_code ignored;
  socket_.cancel(ignored);
}

void connection::close() {
  if (ssl_ && open_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
    // A session whose connection ended without a farewell would count as broken.
    if (to_.resume) session_.reset(SSL_get1_session(ssl_.get()));
  }
  ssl_.reset();
  core::error_code ignored;
  socket_.close(ignored);
  open_ = false;
}

core::result<connection::wanted> connection::want(int outcome) const {
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

async::task<core::error_code> connection::writable() {
  core::error_code error;
  if (!timed_out_) {
    co_await socket_.async_wait(async::tcp_socket::wait_write, async::use_task_with(error));
  }
  if (timed_out_) co_return errc::timeout;
  co_return error;
}

async::task<core::error_code> connection::fill() {
  if (timed_out_) co_return errc::timeout;
  core::error_code error;
  const auto space = records_.space();
  const auto got = co_await socket_.async_read_some(asio::buffer(space.data(), space.size()),
                                                    async::use_task_with(error));
  if (timed_out_) co_return errc::timeout;
  records_.filled(got);
  if (error == asio::error::eof) {
    records_.ended();
    co_return core::error_code{};
  }
  co_return error ? core::error_code{errc::closed} : core::error_code{};
}

async::task<core::error_code> connection::connect() {
  const auto begun = clock::now();
  core::error_code error;
  co_await socket_.async_connect(to_.where, async::use_task_with(error));
  if (timed_out_) co_return errc::timeout;
  if (error) co_return error == asio::error::connection_refused ? errc::refused : errc::no_route;
  ++connects_;
  core::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
  const auto connected = clock::now();
  last_ = {connected - begun, {}, false};
  records_.reset(socket_.native_handle());
  if (!to_.tls) co_return core::error_code{};
  ssl_ = to_.tls->connect(records_, to_.host);
  if (session_) SSL_set_session(ssl_.get(), session_.get());
  const auto failed = co_await handshake();
  last_.tls = clock::now() - connected;
  last_.resumed = !failed && SSL_session_reused(ssl_.get()) == 1;
  co_return failed;
}

async::task<core::error_code> connection::handshake() {
  for (;;) {
    ERR_clear_error();
    const int outcome = SSL_connect(ssl_.get());
    if (outcome == 1) co_return core::error_code{};
    const auto event = want(outcome);
    if (event.has_error()) {
      const bool trusted = SSL_get_verify_result(ssl_.get()) == X509_V_OK;
      co_return trusted ? errc::tls_failed : errc::untrusted;
    }
    const auto error = *event == wanted::read ? co_await fill() : co_await writable();
    if (error) co_return error == errc::timeout ? errc::timeout : errc::tls_failed;
  }
}

async::task<core::error_code> connection::open(core::deadline until) {
  if (open_) co_return core::error_code{};
  close();
  timed_out_ = false;
  entry_.expires_at(until);
  const auto error = co_await connect();
  entry_.expires_at(core::deadline{});
  if (error) close();
  open_ = !error;
  co_return error;
}

core::result<std::size_t> connection::write_some(std::string_view bytes) {
  std::size_t put = 0;
  if (ssl_) {
    ERR_clear_error();
    const int outcome = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &put);
    if (outcome == 1) return put;
    const auto wish = want(outcome);
    if (wish.has_error()) return wish.error();
    return std::size_t{0};
  }
  core::error_code error;
  put = socket_.write_some(asio::buffer(bytes), error);
  if (error && error != asio::error::would_block) return errc::closed;
  return put;
}

async::task<core::error_code> connection::write(std::string_view bytes) {
  for (;;) {
    const auto put = write_some(bytes);
    if (put.has_error()) co_return put.error();
    bytes.remove_prefix(*put);
    if (bytes.empty()) co_return core::error_code{};
    if (*put != 0) continue;
    if (const auto error = co_await writable()) co_return error;
  }
}

core::result<reading> connection::read_records() {
  // Decrypted bytes are looked at here and now: all connections share this piece of the stack.
  std::array<char, 16 * 1024> piece;
  for (auto state = reading::more;;) {
    std::size_t got = 0;
    if (ssl_) {
      ERR_clear_error();
      const int outcome = SSL_read_ex(ssl_.get(), piece.data(), piece.size(), &got);
      if (outcome != 1) {
        const auto wish = want(outcome);
        if (wish.has_value()) return state;
        if (wish.error() != errc::closed) return wish.error();
        if (state == reading::whole) return state;
        return reader_.end();
      }
    } else {
      got = records_.take(piece);
      if (got == 0) {
        return records_.at_end() && state == reading::more ? reader_.end()
                                                           : core::result<reading>{state};
      }
    }
    const auto taken = reader_.take({piece.data(), got});
    if (taken.has_error()) return taken;
    state = *taken;
    // Another look would only tell that there is nothing more; what else comes is seen next time.
    const bool nothing_left = records_.empty() && (!ssl_ || SSL_has_pending(ssl_.get()) == 0);
    if (state == reading::whole && nothing_left) return state;
  }
}

async::task<core::result<answer>> connection::read_answer() {
  answer made;
  for (;;) {
    if (const auto error = co_await fill()) co_return error;
    const bool first = reader_.bytes() == 0;
    const auto whole = read_records();
    if (first && reader_.bytes() != 0) made.first_byte = clock::now();
    if (whole.has_error()) co_return whole.error();
    if (*whole == reading::whole) break;
  }
  made.head = reader_.head();
  made.body = reader_.body();
  made.bytes = reader_.bytes();
  co_return made;
}

async::task<core::result<answer>> connection::exchange(std::string_view request,
                                                       core::deadline until, bool to_head) {
  if (!open_) {
    if (const auto error = co_await open(until)) co_return error;
  }
  timed_out_ = false;
  entry_.expires_at(until);
  reader_.begin(to_head, to_.keep_bodies);
  if (const auto error = co_await write(request)) {
    close();
    co_return error;
  }
  const auto written = clock::now();
  auto got = co_await read_answer();
  entry_.expires_at(core::deadline{});
  if (got) got->written = written;
  if (got.has_error() || !got->head.keep_alive) close();
  co_return got;
}

}  // namespace latchkey::bench::load
