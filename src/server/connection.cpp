#include <latchkey/net/address.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/server/connection.hpp>
#include <latchkey/server/errc.hpp>
#include <latchkey/server/http1_session.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

namespace latchkey::server {
namespace {

// As a stable code: why there was no handshake.
std::string_view reason_of(const core::error_code& error) {
  if (error.category() != net::category()) return "tls_failed";
  return net::reason(static_cast<net::errc>(error.value()));
}

}  // namespace

connection::connection(core::descriptor socket, const boost::asio::ip::address& peer,
                       const listener_terms& terms, const net::tls_context* tls,
                       worker_context& shared)
    : shared_{shared},
      from_{peer},
      client_{terms.clients},
      transport_{std::move(socket), tls, shared.waits},
      accepted_at_{shared.clock.steady()},
      secure_{tls != nullptr},
      behind_proxy_{terms.proxy_protocol} {}

// While the server ends, what has begun has a moment left.
core::deadline connection::handshake_deadline() const {
  auto wait = shared_.present->session.timeouts.handshake;
  if (draining_) wait = std::min(wait, drain_head_timeout);
  return core::deadline{shared_.clock.steady() + wait};
}

async::task<> connection::run() {
  try {
    // Not in one condition: behind || gcc 12 resumes a wait wrongly.
    bool has_session = session_ != nullptr;
    if (!has_session) has_session = co_await begin();
    if (has_session) {
      co_await session_->run();
      if (session_->is_resting()) co_return;
      note_end(session_->ended_by());
    }
  } catch (...) {
    // A bug behind the pipeline's own net costs this connection, not the program.
    note_end(close_reason::fault);
    if (session_) session_->abandon();
  }
  shared_.counts.close(*ended_by_);
  transport_.close();
  session_.reset();
}

// Whether there is a session to be run.
async::task<bool> connection::begin() {
  transport_.read_until(handshake_deadline());
  const auto error = co_await shake_hands();
  if (error == errc::too_many_connections) {
    note_end(close_reason::too_many);
    if (shared_.refused) shared_.refused({from_.peer, from_.client, error, 0});
    co_return false;
  }
  if (error) {
    note_end(close_reason::handshake);
    shared_.counts.failed_handshakes.add(reason_of(error));
    co_await refuse_handshake(error);
    co_return false;
  }
  count_handshake();
  session_ = make_session(transport_.protocol(), {transport_, from_, secure_, shared_,
                                                  client_.rules() ? &client_ : nullptr});
  if (draining_) session_->drain();
  co_return true;
}

// Up to the end of the handshake; both within its deadline.
async::task<core::error_code> connection::shake_hands() {
  if (behind_proxy_) {
    if (const auto error = co_await take_proxy_header()) co_return error;
  }
  if (const auto error = co_await transport_.handshake(client_.rules())) co_return error;
  client_.shown(transport_.certificate());
  // Accepted before a reload, it would be let in by what holds no more.
  if (client_.is_outdated(*shared_.present)) co_return net::errc::client_certificate_refused;
  co_return core::error_code{};
}

// A proxy that says nothing of a client is the client, but vouches for nobody: whoever is behind it
// writes the requests.
async::task<core::error_code> connection::take_proxy_header() {
  const auto header = co_await transport_.take_proxy_header();
  if (header.has_error()) co_return header.error();
  from_.unnamed = !header->route;
  if (const auto& route = header->route) {
    from_.address = net::unmapped(route->source.address());
    from_.client = from_.address.to_string();
    from_.route = std::make_unique<const net::proxied_route>(*route);
  }
  if (admits_ && !admits_(from_.address)) co_return errc::too_many_connections;
  co_return core::error_code{};
}

// The first one counts.
void connection::note_end(close_reason why) {
  if (!ended_by_) ended_by_ = why;
}

void connection::count_handshake() {
  const auto* const agreed = transport_.tls();
  if (agreed == nullptr) return;
  const auto number = SSL_version(agreed);
  auto version = tls_version::other;
  if (number == TLS1_2_VERSION) version = tls_version::tls_1_2;
  if (number == TLS1_3_VERSION) version = tls_version::tls_1_3;
  const std::size_t resumed = SSL_session_reused(agreed) == 1 ? 1 : 0;
  shared_.counts.handshakes[static_cast<std::size_t>(version)][resumed].add();
}

// Who speaks plain HTTP can read why; to others there is nothing to say beyond OpenSSL's alert.
async::task<> connection::refuse_handshake(core::error_code error) {
  const bool readable = error == net::errc::plain_http;
  if (error != net::errc::closed && shared_.refused) {
    shared_.refused({from_.peer, from_.client, error, readable ? 400U : 0U});
  }
  if (!readable) co_return;
  transport_.speak_plainly();
  const session_parts parts{transport_, from_, false, shared_};
  auto plain = std::make_unique<http1_session>(parts);
  auto& speaking = *plain;
  session_ = std::move(plain);
  if (draining_) session_->drain();
  co_await speaking.ask_for_https();
}

void connection::drain() {
  draining_ = true;
  if (closed_) return;
  if (session_) {
    session_->drain();
  } else {
    transport_.read_until(handshake_deadline());
  }
}

void connection::close(close_reason why) {
  note_end(why);
  closed_ = true;
  transport_.close();
}

bool connection::is_idle() const {
  return !closed_ && (!session_ || session_->is_idle());
}

bool connection::is_stalled(core::steady_time now) const {
  return !closed_ && session_ && session_->is_stalled(now);
}

bool connection::may_be_ended() const {
  return !closed_ && (!session_ || session_->may_be_ended());
}

core::steady_time connection::waits_since() const {
  return session_ ? session_->waits_since() : accepted_at_;
}

}  // namespace latchkey::server
