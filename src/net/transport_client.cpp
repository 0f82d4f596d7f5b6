// What transport does as a client only.
#include "socket_bio.hpp"
#include "tls_failure.hpp"

#include <latchkey/net/errc.hpp>
#include <latchkey/net/transport.hpp>

#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace latchkey::net {

namespace {

// How often check_idle() goes on where a call was cut short.
constexpr int max_idle_calls = 4;

core::error_code of_system(int number) {
  return {number, boost::system::system_category()};
}

// A socket that does not block and is being connected, or why not.
core::result<core::descriptor> begin_connect(const async::tcp::endpoint& to) {
  core::descriptor made{
      ::socket(to.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (made.get() < 0) return of_system(errno);
  const int on = 1;
  ::setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // Before it is watched: one that is not being connected counts as gone.
  if (::connect(made.get(), to.data(), static_cast<::socklen_t>(to.size())) == 0 ||
      errno == EINPROGRESS) {
    return made;
  }
  return of_system(errno);
}

}  // namespace

core::result<std::unique_ptr<transport>> transport::connect(const async::tcp::endpoint& to,
                                                            async::socket_waits& waits) {
  auto socket = begin_connect(to);
  if (socket.has_error()) return socket.error();
  try {
    auto made = std::make_unique<transport>(std::move(*socket), nullptr, waits);
    made->client_ = true;
    // Said before the event loop has looked at it, so that nothing it finds is lost.
    made->socket_.clear_ready(wanted::read);
    made->socket_.clear_ready(wanted::write);
    return made;
  } catch (const boost::system::system_error& error) {
    return error.code();
  }
}

async::task<core::error_code> transport::connected() {
  while (!socket_.is_ready(wanted::write)) {
    if (const auto error = co_await wait(wanted::write, wanted::read)) co_return error;
  }
  if (ended(wanted::read)) co_return why_ended(wanted::read);
  int why = 0;
  ::socklen_t size = sizeof why;
  if (::getsockopt(socket_.descriptor(), SOL_SOCKET, SO_ERROR, &why, &size) != 0) why = errno;
  co_return of_system(why);
}

async::task<core::error_code> transport::handshake(const client_tls& with, std::string host,
                                                   SSL_SESSION* resume) {
  auto made = with.make(host);
  if (made.has_error()) co_return made.error();
  begin_tls(std::move(*made));
  if (resume != nullptr) SSL_set_session(ssl_.get(), resume);
  const auto error = co_await negotiate();
  co_return error ? why_refused(error) : error;
}

core::error_code transport::why_refused(const core::error_code& error) const {
  if (error == errc::timeout || error == errc::tls_flood) return error;
  const auto verified = SSL_get_verify_result(ssl_.get());
  if (verified != X509_V_OK && SSL_get_verify_mode(ssl_.get()) != SSL_VERIFY_NONE) {
    return {static_cast<int>(verified), certificate_category()};
  }
  return error == errc::truncated ? core::error_code{errc::closed} : error;
}

core::error_code transport::system_failure(int number) const {
  if (!client_) return errc::closed;
  return number != 0 ? of_system(number) : core::error_code{errc::truncated};
}

core::error_code transport::tls_error() const {
  if (!client_) return handshake_failure(ssl_.get());
  const auto code = ERR_peek_error();
  ERR_clear_error();
  if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
      ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return errc::truncated;
  }
  return {static_cast<int>(code), boost::asio::error::get_ssl_category()};
}

transport::idle_state transport::check_idle() {
  if (closed_) return idle_state::ended;
  char first = 0;
  if (!ssl_) {
    const auto count = ::recv(socket_.descriptor(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) return idle_state::spoke;
    return count < 0 && try_again() ? idle_state::open : idle_state::ended;
  }
  for (int call = 0; call < max_idle_calls; ++call) {
    before_call();
    std::size_t got = 0;
    const int outcome = SSL_peek_ex(ssl_.get(), &first, 1, &got);
    if (outcome == 1) return idle_state::spoke;
    if (want(outcome).has_error()) return idle_state::ended;
    if (!wire_.budget.cut_short()) return idle_state::open;
  }
  // Nobody who rests has so much to say.
  return idle_state::ended;
}

// A copy: OpenSSL marks the session of a connection as not resumable where that is freed without a
// close_notify, as idle connections are.
session_ptr transport::session() const {
  auto* const mine = ssl_ ? SSL_get_session(ssl_.get()) : nullptr;
  return session_ptr{mine == nullptr ? nullptr : SSL_SESSION_dup(mine)};
}

bool transport::resumed() const {
  return ssl_ && SSL_session_reused(ssl_.get()) == 1;
}

bool transport::lacks_certificate() const {
  return certificate_asked_ && SSL_get_certificate(ssl_.get()) == nullptr;
}

}  // namespace latchkey::net
