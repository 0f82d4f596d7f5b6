#include "load/connection.hpp"

#include "load/errc.hpp"

#include <openssl/err.h>

#include <array>
#include <utility>

namespace latchkey::bench::load {

namespace asio = boost::asio;

connection::connection(async::executor where, async::watchdog& dog, target to)
    : socket_{where}, to_{std::move(to)}, entry_{dog, [this] {
                                                   timed_out_ = true;
                                                   core::error_code ignored;
                                                   socket_.cancel(ignored);
                                                 }} {}

void connection::close() {
  ssl_.reset();
  core::error_code ignored;
  socket_.close(ignored);
  open_ = false;
}

async::task<core::error_code> connection::wait(wanted event) {
  core::error_code error;
  if (!timed_out_) {
    co_await socket_.async_wait(
        event == wanted::read ? async::tcp_socket::wait_read : async::tcp_socket::wait_write,
        async::use_task_with(error));
  }
  if (timed_out_) co_return errc::timeout;
  co_return error;
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

async::task<core::error_code> connection::connect() {
  core::error_code error;
  co_await socket_.async_connect(to_.where, async::use_task_with(error));
  if (timed_out_) co_return errc::timeout;
  if (error) co_return error;
  ++connects_;
  core::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
  if (!to_.tls) co_return core::error_code{};
  ssl_ = to_.tls->connect(socket_.native_handle(), to_.host);
  co_return co_await handshake();
}

async::task<core::error_code> connection::handshake() {
  for (;;) {
    ERR_clear_error();
    const int outcome = SSL_connect(ssl_.get());
    if (outcome == 1) co_return core::error_code{};
    const auto event = want(outcome);
    if (event.has_error()) co_return event.error();
    if (const auto error = co_await wait(*event)) co_return error;
  }
}

async::task<core::error_code> connection::open(core::deadline until) {
  if (open_) co_return core::error_code{};
  close();
  buffer_.clear();
  timed_out_ = false;
  entry_.expires_at(until);
  const auto error = co_await connect();
  entry_.expires_at(core::deadline{});
  if (error) close();
  open_ = !error;
  co_return error;
}

async::task<core::error_code> connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    auto event = wanted::write;
    std::size_t put = 0;
    if (ssl_) {
      ERR_clear_error();
      const int outcome = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &put);
      if (outcome != 1) {
        const auto wish = want(outcome);
        if (wish.has_error()) co_return wish.error();
        event = *wish;
        put = 0;
      }
    } else {
      core::error_code error;
      put = socket_.write_some(asio::buffer(bytes), error);
      if (error && error != asio::error::would_block) co_return errc::closed;
    }
    bytes.remove_prefix(put);
    if (put != 0) continue;
    if (const auto error = co_await wait(event)) co_return error;
  }
  co_return core::error_code{};
}

async::task<core::error_code> connection::read_more() {
  std::array<char, 16 * 1024> piece;
  for (;;) {
    auto event = wanted::read;
    std::size_t got = 0;
    if (ssl_) {
      ERR_clear_error();
      const int outcome = SSL_read_ex(ssl_.get(), piece.data(), piece.size(), &got);
      if (outcome != 1) {
        const auto wish = want(outcome);
        if (wish.has_error()) co_return wish.error();
        event = *wish;
        got = 0;
      }
    } else {
      core::error_code error;
      got = socket_.read_some(asio::buffer(piece), error);
      if (error && error != asio::error::would_block) co_return errc::closed;
    }
    if (got != 0) {
      buffer_.append(piece.data(), got);
      co_return core::error_code{};
    }
    if (const auto error = co_await wait(event)) co_return error;
  }
}

async::task<core::result<answer>> connection::read_answer() {
  constexpr std::string_view head_end = "\r\n\r\n";
  auto end = buffer_.find(head_end);
  while (end == buffer_.npos) {
    if (buffer_.size() > most_head_bytes) co_return errc::bad_answer;
    if (const auto error = co_await read_more()) co_return error;
    end = buffer_.find(head_end);
  }
  const auto head_bytes = end + head_end.size();
  const auto head = parse_answer_head(std::string_view{buffer_}.substr(0, head_bytes));
  if (head.has_error()) co_return head.error();
  const auto all = head_bytes + head->body_bytes;
  while (buffer_.size() < all) {
    if (const auto error = co_await read_more()) co_return error;
  }
  // Nothing has been asked for that more could be the answer to.
  if (buffer_.size() > all) co_return errc::bad_answer;
  co_return answer{*head, std::string_view{buffer_}.substr(head_bytes)};
}

async::task<core::result<answer>> connection::exchange(std::string_view request,
                                                       core::deadline until) {
  if (const auto error = co_await open(until)) co_return error;
  timed_out_ = false;
  entry_.expires_at(until);
  buffer_.clear();
  if (const auto error = co_await write(request)) {
    close();
    co_return error;
  }
  const auto got = co_await read_answer();
  entry_.expires_at(core::deadline{});
  if (got.has_error() || !got->head.keep_alive) close();
  co_return got;
}

}  // namespace latchkey::bench::load
