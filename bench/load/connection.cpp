#include "load/connection.hpp"

#include "load/errc.hpp"

#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace latchkey::bench::load {

namespace asio = boost::asio;
using clock = core::steady_time::clock;

namespace {

// A connection that has answered so shortly before is not looked at again: a system call less for
// each request of a closed loop.
constexpr std::chrono::milliseconds just_used{1};
// How long a connection may have waited to take a request that cannot be repeated: servers end
// idle ones after five seconds and more.
constexpr std::chrono::seconds unsure_after{4};
// Pieces of what was not asked for, session tickets and key updates, taken in at a time.
constexpr int most_unasked = 16;

// Somewhat less than the peer keeps it.
core::steady_duration time_to_use(unsigned idle_seconds) {
  const std::chrono::milliseconds kept = std::chrono::seconds{idle_seconds};
  return std::max(kept - std::chrono::seconds{1}, kept / 2);
}

// Whether this machine has an address from which packets to that one would leave: it is asked
// without sending any, and without a port of TCP.
bool is_reachable(const async::tcp::endpoint& place) {
  const int probe = ::socket(place.protocol().family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (probe < 0) return false;
  const bool reached = ::connect(probe, place.data(), static_cast<socklen_t>(place.size())) == 0;
  ::close(probe);
  return reached;
}

}  // namespace

connection::connection(async::executor where, async::coarse_timers& timers, target to)
    : socket_{where}, to_{std::move(to)}, entry_{timers, [this] { give_up(); }} {}

void connection::cancel() {
  cancelled_ = true;
  give_up();
}

void connection::give_up() {
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

async::task<core::error_code> connection::connect(core::deadline until) {
  const auto places = 1 + to_.also.size();
  core::error_code first;
  for (auto left = places; left != 0; --left) {
    if (places != 1) {
      // An address that does not answer must leave time for the next.
      const auto now = clock::now();
      const auto share = (until.at() - now) / static_cast<long>(left);
      entry_.expires_at(core::deadline{now + share});
    }
    const auto error = co_await connect_to(place_ == 0 ? to_.where : to_.also[place_ - 1]);
    if (!error) break;
    if (!first) first = error;
    if (cancelled_) co_return errc::timeout;
    place_ = (place_ + 1) % places;
    if (left == 1) co_return first;
    timed_out_ = false;
  }
  entry_.expires_at(until);
  ++connects_;
  const auto connected = clock::now();
  records_.reset(socket_.native_handle());
  if (!to_.tls) co_return core::error_code{};
  ssl_ = to_.tls->connect(records_, to_.host);
  if (session_) SSL_set_session(ssl_.get(), session_.get());
  const auto failed = co_await handshake();
  last_.tls = clock::now() - connected;
  last_.resumed = !failed && SSL_session_reused(ssl_.get()) == 1;
  co_return failed;
}

async::task<core::error_code> connection::connect_to(async::tcp::endpoint place) {
  core::error_code error;
  socket_.close(error);
  const auto begun = clock::now();
  co_await socket_.async_connect(place, async::use_task_with(error));
  if (timed_out_) co_return errc::timeout;
  if (error) co_return connect_error(error, is_reachable(place));
  last_ = {clock::now() - begun, {}, false};
  core::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
  co_return core::error_code{};
}

core::error_code connection::handshake_error() const {
  const auto verified = SSL_get_verify_result(ssl_.get());
  if (to_.tls->verifies() && verified != X509_V_OK) return certificate_error(verified);
  return records_.was_certificate_asked() ? errc::certificate_wanted : errc::tls_failed;
}

async::task<core::error_code> connection::handshake() {
  for (;;) {
    ERR_clear_error();
    const int outcome = SSL_connect(ssl_.get());
    if (outcome == 1) co_return core::error_code{};
    const auto event = want(outcome);
    if (event.has_error()) co_return handshake_error();
    const auto error = *event == wanted::read ? co_await fill() : co_await writable();
    if (error) co_return error == errc::timeout ? errc::timeout : errc::tls_failed;
  }
}

bool connection::is_worn_out(core::steady_duration idle) const {
  if (most_idle_ && idle >= *most_idle_) return true;
  // What is sent as the peer ends the connection may have been seen, or not.
  return !to_.repeatable && idle >= unsure_after;
}

bool connection::is_still_open() {
  for (int turn = 0; turn < most_unasked; ++turn) {
    const auto space = records_.space();
    const auto count = ::recv(socket_.native_handle(), space.data(), space.size(), MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    // Nothing was asked for: as a rule it is the announcement of the end, a 408.
    if (count == 0 || !ssl_) return false;
    records_.filled(static_cast<std::size_t>(count));
    ERR_clear_error();
    char byte = 0;
    std::size_t got = 0;
    const int outcome = SSL_read_ex(ssl_.get(), &byte, 1, &got);
    if (outcome == 1 || want(outcome).has_error()) return false;
  }
  return false;
}

bool connection::is_ready() {
  if (!open_) return false;
  const auto now = clock::now();
  if (now - looked_at_ < just_used) return true;
  const bool worn_out = is_worn_out(now - used_at_);
  if (!worn_out && is_still_open()) {
    looked_at_ = now;
    fresh_ = false;
    return true;
  }
  if (!worn_out) ++ended_idle_;
  close();
  return false;
}

async::task<core::error_code> connection::open(core::deadline until) {
  cancelled_ = false;
  if (is_ready()) co_return core::error_code{};
  close();
  timed_out_ = false;
  entry_.expires_at(until);
  const auto error = co_await connect(until);
  entry_.expires_at(core::deadline{});
  if (error) close();
  open_ = !error;
  fresh_ = true;
  most_idle_.reset();
  used_at_ = looked_at_ = clock::now();
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

void connection::note_answer(const answer& got) {
  used_at_ = clock::now();
  // What cannot be repeated is sent only after a look.
  looked_at_ = to_.repeatable ? used_at_ : core::steady_time{};
  if (const auto idle = got.head.idle_seconds) most_idle_ = time_to_use(*idle);
}

async::task<core::result<answer>> connection::exchange(std::string_view request,
                                                       core::deadline until, bool to_head) {
  cancelled_ = false;
  for (;;) {
    if (!is_ready()) {
      if (const auto error = co_await open(until)) co_return error;
    }
    const bool was_there = !std::exchange(fresh_, false);
    timed_out_ = false;
    entry_.expires_at(until);
    reader_.begin(to_head, to_.keep_bodies);
    core::result<answer> got{errc::closed};
    if (const auto error = co_await write(request)) {
      got = error;
    } else {
      const auto written = clock::now();
      got = co_await read_answer();
      if (got) got->written = written;
    }
    entry_.expires_at(core::deadline{});
    if (got) note_answer(*got);
    if (got.has_error() || !got->head.keep_alive) close();
    const bool ended = got.has_error() && got.error() != errc::timeout && reader_.bytes() == 0;
    // In TLS 1.3 the client learns only behind its handshake that it should have shown one.
    if (ended && !was_there && records_.was_certificate_asked()) co_return errc::certificate_wanted;
    const bool unseen = ended && got.error() == errc::closed;
    if (!unseen || !was_there || !to_.repeatable || cancelled_) co_return got;
    ++ended_idle_;
    ++repeated_;
  }
}

}  // namespace latchkey::bench::load
