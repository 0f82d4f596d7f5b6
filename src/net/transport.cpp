#include "socket_bio.hpp"
#include "tls_failure.hpp"
#include "tls_preface.hpp"

#include <latchkey/net/client_certificate.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/net/transport.hpp>

#include <boost/asio/post.hpp>
#include <openssl/err.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>

namespace latchkey::net {

namespace asio = boost::asio;

namespace {

// Nothing where there may be a handshake, or more of the ClientHello to come.
core::error_code fault_of(tls_preface found) {
  switch (found) {
    case tls_preface::more:
    case tls_preface::client_hello:
      return {};
    case tls_preface::too_large:
    case tls_preface::too_many_pieces:
      return errc::hello_too_large;
    case tls_preface::old_tls:
      return errc::tls_version;
    case tls_preface::plain_http:
      return errc::plain_http;
    case tls_preface::proxy_header:
      return errc::proxy_header;
    case tls_preface::other:
      break;
  }
  return errc::not_tls;
}

async::tcp::endpoint end_of(int descriptor, int (*ask)(int, ::sockaddr*, ::socklen_t*)) {
  async::tcp::endpoint found;
  auto size = static_cast<::socklen_t>(found.capacity());
  if (ask(descriptor, found.data(), &size) != 0) return {};
  found.resize(size);
  return found;
}

// Before there is an SSL object that would (RFC 8446 section 6).
void send_alert(const async::readiness::entry& to, unsigned char description) {
  const std::array<unsigned char, 7> alert{SSL3_RT_ALERT, 3, 3, 0, 2, SSL3_AL_FATAL, description};
  [[maybe_unused]] const auto sent =
      ::send(to.descriptor(), alert.data(), alert.size(), MSG_NOSIGNAL);
}

}  // namespace

transport::transport(core::descriptor socket, const tls_context* tls, async::socket_waits& waits)
    : home_{waits.where},
      socket_{waits.ready, socket.release()},
      wire_{socket_},
      entry_{waits.timers, [this] { on_deadline(); }} {
  if (tls == nullptr) return;
  SSL_CTX_up_ref(tls->native());
  context_.reset(tls->native());
}

void transport::begin_tls(ssl_ptr with) {
  if (!with) throw std::bad_alloc{};
  ssl_ = std::move(with);
  auto* bio = make_socket_bio(wire_);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_msg_callback(ssl_.get(), note_message);
  SSL_set_msg_callback_arg(ssl_.get(), this);
  socket_.touches_next(ssl_.get());
}

// Within OpenSSL's calls.
void transport::note_message(int sent, int /*version*/, int type, const void* bytes,
                             std::size_t size, SSL* ssl, void* self) {
  auto& whose = *static_cast<transport*>(self);
  if (sent == 0 && type == SSL3_RT_ALERT && size == 2) {
    whose.close_notified_ =
        whose.close_notified_ || static_cast<const char*>(bytes)[1] == SSL_AD_CLOSE_NOTIFY;
  }
  if (sent != 0 || type != SSL3_RT_HANDSHAKE) return;
  const bool asks = size != 0 && *static_cast<const char*>(bytes) == SSL3_MT_CERTIFICATE_REQUEST;
  whose.certificate_asked_ = whose.certificate_asked_ || asks;
  auto& budget = whose.wire_.budget;
  budget.message();
  // What has been read already may hold hundreds more. As after the peer's farewell, none of it is
  // looked at.
  if (budget.flooded()) SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
}

void transport::speak_plainly() {
  context_.reset();
  ssl_.reset();
  std::string{}.swap(wire_.early);
}

void transport::set_deadline(wanted of, core::deadline until) {
  const auto at = static_cast<std::size_t>(of);
  timed_out_[at] = false;
  until_[at] = until.at();
  entry_.expires_at(core::deadline{std::min(until_[0], until_[1])});
}

// The sooner one has passed; the other, where it has, too, is seen at the next tick.
void transport::on_deadline() {
  const std::size_t at = until_[0] <= until_[1] ? 0 : 1;
  until_[at] = core::steady_time::max();
  timed_out_[at] = true;
  entry_.expires_at(core::deadline{until_[1 - at]});
  // Whoever waits in the other direction would be woken for nothing.
  if (socket_.is_waiting(static_cast<wanted>(at))) socket_.cancel();
}

void transport::cancel_read() {
  timed_out_[static_cast<std::size_t>(wanted::read)] = true;
  if (socket_.is_waiting(wanted::read)) socket_.cancel();
}

std::string_view transport::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  if (ssl_) SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

core::error_code transport::why_ended(wanted who) const {
  if (timed_out(who)) return errc::timeout;
  return errc::closed;
}

void transport::before_call() {
  // Left on the thread's queue an error would be read as the failure of another connection. To look
  // is cheaper than to clear what is clear.
  if (ERR_peek_error() != 0) ERR_clear_error();
  wire_.budget.begin_call();
}

core::result<transport::wanted> transport::want(int outcome) const {
  if (wire_.budget.flooded()) return errc::tls_flood;
  switch (SSL_get_error(ssl_.get(), outcome)) {
    case SSL_ERROR_WANT_READ:
      return wanted::read;
    case SSL_ERROR_WANT_WRITE:
      return wanted::write;
    case SSL_ERROR_ZERO_RETURN:
      return errc::closed;
    case SSL_ERROR_SYSCALL:
      return system_failure(wire_.error);
    default:
      return tls_error();
  }
}

async::task<core::error_code> transport::wait(wanted event, wanted who) {
  if (ended(who)) co_return why_ended(who);
  // The peer may wait for it.
  if (!wire_.held.empty() && !send_held(wire_)) event = wanted::write;
  if (wire_.budget.cut_short()) {
    co_await yield();
  } else if (!socket_.is_ready(event)) {
    consecutive_ops_ = 0;
    co_await socket_.wait(event, who);
  }
  if (ended(who)) co_return why_ended(who);
  co_return core::error_code{};
}

bool transport::sleep_until_readable(async::readiness::sleeper& who) {
  if (ended(wanted::read) || may_read() || !send_held(wire_)) return false;
  consecutive_ops_ = 0;
  socket_.sleep(who);
  return true;
}

async::task<> transport::yield() {
  consecutive_ops_ = 0;
  co_await asio::post(home_, async::use_task);
}

async::task<core::error_code> transport::handshake(std::shared_ptr<const client_rules> clients) {
  if (!context_) co_return core::error_code{};
  if (const auto error = co_await take_hello()) co_return error;
  ssl_ptr made{SSL_new(context_.get())};
  begin_tls(std::move(made));
  context_.reset();
  // As a client it is asked whether the server has ended the connection just now.
  wire_.waits_first = true;
  SSL_set_accept_state(ssl_.get());
  client_rules::use(clients, ssl_.get());
  const auto error = co_await negotiate();
  co_return error || !clients ? error : take_certificate(*clients);
}

// OpenSSL has seen to all of it; who is let in does not depend on one line.
core::error_code transport::take_certificate(const client_rules& by) {
  if (!by.allows(ssl_.get())) return errc::client_certificate_refused;
  auto* const shown = SSL_get0_peer_certificate(ssl_.get());
  if (shown == nullptr) return {};
  auto read = read_client_certificate(shown);
  if (!read) return errc::client_certificate_refused;
  certificate_ = std::make_shared<const core::client_certificate>(std::move(*read));
  return {};
}

async::task<core::error_code> transport::negotiate() {
  for (bool answered = false;; answered = !client_) {
    // Once closed, the descriptor's number may be another connection's.
    if (ended(wanted::read)) co_return why_ended(wanted::read);
    before_call();
    // Behind the client's last flight only tickets are to be sent, in TLS 1.3: as a rule its first
    // request is there, too, and they leave with the answer.
    wire_.holds = answered;
    const int outcome = SSL_do_handshake(ssl_.get());
    wire_.holds = false;
    if (outcome == 1) break;
    const auto event = want(outcome);
    if (event.has_error()) {
      send_held(wire_);
      co_return event.error();
    }
    if (const auto error = co_await wait(*event, wanted::read)) co_return error;
  }
  wire_.budget.data();
  while (!wire_.held.empty() && SSL_version(ssl_.get()) < TLS1_3_VERSION) {
    if (const auto error = co_await wait(wanted::write, wanted::read)) co_return error;
  }
  co_return core::error_code{};
}

async::task<core::error_code> transport::take_hello() {
  for (;;) {
    const auto found = preface_of(wire_.early);
    if (found == tls_preface::client_hello) co_return core::error_code{};
    if (const auto fault = fault_of(found)) {
      const bool spoke_tls = wire_.early.front() == SSL3_RT_HANDSHAKE;
      if (spoke_tls) send_alert(socket_, SSL_AD_DECODE_ERROR);
      if (fault == errc::tls_version) send_alert(socket_, SSL_AD_PROTOCOL_VERSION);
      co_return fault;
    }
    if (const auto error = co_await wait(wanted::read, wanted::read)) co_return error;
    if (budget_exhausted()) co_await yield();
    if (ended(wanted::read)) co_return why_ended(wanted::read);
    if (const auto error = take_more()) co_return error;
  }
}

core::error_code transport::take_more() {
  constexpr std::size_t step = 2048;
  auto& early = wire_.early;
  const auto had = early.size();
  // Doubled without end it would be larger than what may come.
  if (had > 2 * step) early.reserve(max_hello + step);
  early.resize(had + step);
  const auto got = receive(socket_, early.data() + had, step);
  const bool later = got < 0 && try_again();
  early.resize(had + static_cast<std::size_t>(std::max(got, ssize_t{0})));
  // Who only connects costs nothing of it.
  if (early.empty()) std::string{}.swap(early);
  if (got > 0 || later) return {};
  return errc::closed;
}

std::optional<core::result<std::size_t>> transport::try_read(std::span<char> out, wanted& event) {
  if (ended(wanted::read)) return why_ended(wanted::read);
  event = wanted::read;
  if (!ssl_) {
    const auto got = receive(socket_, out.data(), out.size());
    if (got >= 0) {
      orderly_end_ = got == 0;
      return static_cast<std::size_t>(got);
    }
    if (try_again()) return std::nullopt;
    const auto why = system_failure(errno);
    if (why == errc::closed) return std::size_t{0};
    return why;
  }
  before_call();
  std::size_t got = 0;
  const int outcome = SSL_read_ex(ssl_.get(), out.data(), out.size(), &got);
  if (outcome == 1) {
    consecutive_ops_ += wire_.budget.messages();
    wire_.budget.data();
    return got;
  }
  const auto wish = want(outcome);
  if (!wish.has_error()) {
    event = *wish;
    return std::nullopt;
  }
  if (wish.error() != errc::closed) return wish.error();
  orderly_end_ = close_notified_;
  return std::size_t{0};
}

std::optional<core::result<std::size_t>> transport::read_at_once(std::span<char> out) {
  if (budget_exhausted()) return std::nullopt;
  auto event = wanted::read;
  return try_read(out, event);
}

async::task<core::result<std::size_t>> transport::read_some(std::span<char> out) {
  if (budget_exhausted()) co_await yield();
  for (;;) {
    auto event = wanted::read;
    if (const auto done = try_read(out, event)) co_return *done;
    if (const auto error = co_await wait(event, wanted::read)) co_return error;
  }
}

core::result<std::size_t> transport::write_some(std::string_view bytes, wanted& event) {
  std::size_t put = 0;
  if (ssl_) {
    before_call();
    const int outcome = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &put);
    if (outcome == 1) return put;
    const auto wish = want(outcome);
    if (wish.has_error()) return wish.error();
    event = *wish;
    return std::size_t{0};
  }
  const auto count = send(socket_, bytes.data(), bytes.size());
  if (count < 0 && !try_again()) return system_failure(errno);
  event = wanted::write;
  return static_cast<std::size_t>(std::max(count, ssize_t{0}));
}

core::result<std::size_t> transport::write_at_once(std::string_view bytes) {
  if (write_failed_) return errc::closed;
  if (budget_exhausted()) return std::size_t{0};
  auto event = wanted::write;
  const auto put = ended(wanted::write) ? core::result<std::size_t>{why_ended(wanted::write)}
                                        : write_some(bytes, event);
  write_failed_ = put.has_error();
  return put;
}

async::task<core::error_code> transport::write(std::string_view bytes) {
  if (write_failed_) co_return errc::closed;
  // Until all of it is out: behind a piece of it nothing else may follow.
  write_failed_ = true;
  auto event = wanted::write;
  while (!bytes.empty()) {
    if (budget_exhausted()) co_await yield();
    if (ended(wanted::write)) co_return why_ended(wanted::write);
    const auto put = write_some(bytes, event);
    if (put.has_error()) co_return put.error();
    bytes.remove_prefix(*put);
    if (*put != 0) continue;
    if (const auto error = co_await wait(event, wanted::write)) co_return error;
  }
  write_failed_ = false;
  co_return core::error_code{};
}

void transport::end_writing() {
  // Once closed, the descriptor's number may be another connection's.
  if (closed_) return;
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) {
    before_call();
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

bool transport::has_unread() {
  if (closed_) return false;
  if (has_buffered()) return true;
  char first = 0;
  return ::recv(socket_.descriptor(), &first, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

std::uint16_t transport::local_port() {
  if (local_port_ == 0) local_port_ = near_end().port();
  return local_port_;
}

async::tcp::endpoint transport::near_end() const {
  return end_of(socket_.descriptor(), ::getsockname);
}

async::tcp::endpoint transport::far_end() const {
  return end_of(socket_.descriptor(), ::getpeername);
}

void transport::close() {
  closed_ = true;
  socket_.close();
}

}  // namespace latchkey::net
