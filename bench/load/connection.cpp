#include "load/connection.hpp"

#include "load/errc.hpp"

#include <latchkey/net/errc.hpp>

#include <boost/asio/ssl/error.hpp>
#include <sys/socket.h>

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace latchkey::bench::load {

using clock = core::steady_time::clock;
using idle_state = net::transport::idle_state;

namespace {

// A connection that has answered so shortly before is not looked at again: a system call less for
// each request of a closed loop.
constexpr std::chrono::milliseconds just_used{1};
// How long a connection may have waited to take a request that cannot be repeated: servers end
// idle ones after five seconds and more.
constexpr std::chrono::seconds unsure_after{4};
// Answers are read in pieces of at most that, what a record of TLS holds.
constexpr std::size_t piece_bytes = std::size_t{16} * 1024;

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

std::shared_ptr<const net::client_tls> http1_over_tls(net::client_tls_settings with) {
  with.protocols = {"http/1.1"};
  return std::make_shared<const net::client_tls>(with);
}

connection::connection(async::socket_waits& waits, target to) : waits_{waits}, to_{std::move(to)} {}

void connection::cancel() {
  if (!busy_) return;
  cancelled_ = true;
  if (transport_) transport_->close();
}

void connection::close() {
  if (open_ && transport_->tls() != nullptr) {
    transport_->end_writing();
    // A session whose connection ended without a farewell would count as broken.
    if (to_.resume) session_ = transport_->session();
  }
  transport_.reset();
  open_ = false;
}

core::error_code connection::ending(const core::error_code& error) const {
  if (cancelled_ || error == net::errc::timeout) return errc::timeout;
  const bool tls = error == net::errc::tls_flood || error == net::errc::tls_failed ||
                   error.category() == boost::asio::error::get_ssl_category();
  return tls ? errc::tls_failed : errc::closed;
}

async::task<core::error_code> connection::connect(core::deadline until) {
  const auto places = 1 + to_.also.size();
  core::error_code first;
  for (auto left = places; left != 0; --left) {
    // An address that does not answer must leave time for the next.
    const auto now = clock::now();
    const auto share =
        left == 1 ? until : core::deadline{now + (until.at() - now) / static_cast<long>(left)};
    const auto error = co_await connect_to(place_ == 0 ? to_.where : to_.also[place_ - 1], share);
    if (!error) break;
    if (!first) first = error;
    if (cancelled_) co_return errc::timeout;
    place_ = (place_ + 1) % places;
    if (left == 1) co_return first;
  }
  transport_->read_until(until);
  ++connects_;
  if (!to_.tls) co_return core::error_code{};
  const auto connected = clock::now();
  const auto failed = co_await handshake();
  last_.tls = clock::now() - connected;
  last_.resumed = !failed && SSL_session_reused(transport_->tls()) == 1;
  co_return failed;
}

async::task<core::error_code> connection::connect_to(async::tcp::endpoint place,
                                                     core::deadline until) {
  transport_.reset();
  const auto begun = clock::now();
  auto made = net::transport::connect(place, waits_);
  core::error_code error = made.has_error() ? made.error() : core::error_code{};
  if (!error) {
    transport_ = std::move(*made);
    transport_->read_until(until);
    error = co_await transport_->connected();
  }
  if (cancelled_ || error == net::errc::timeout) co_return errc::timeout;
  if (error) co_return connect_error(error, is_reachable(place));
  last_ = {clock::now() - begun, {}, false};
  co_return core::error_code{};
}

async::task<core::error_code> connection::handshake() {
  const auto error = co_await transport_->handshake(*to_.tls, to_.host, session_.get());
  if (!error) co_return error;
  if (cancelled_ || error == net::errc::timeout) co_return errc::timeout;
  if (error.category() == net::certificate_category()) co_return certificate_error(error.value());
  co_return transport_->lacks_certificate() ? errc::certificate_wanted : errc::tls_failed;
}

bool connection::is_worn_out(core::steady_duration idle) const {
  if (max_idle_ && idle >= *max_idle_) return true;
  // What is sent as the peer ends the connection may have been seen, or not.
  return !to_.repeatable && idle >= unsure_after;
}

bool connection::is_ready() {
  if (!open_) return false;
  const auto now = clock::now();
  if (now - looked_at_ < just_used) return true;
  const bool worn_out = is_worn_out(now - used_at_);
  // What comes unasked is as a rule the announcement of the end, a 408.
  if (!worn_out && transport_->check_idle() == idle_state::open) {
    looked_at_ = now;
    fresh_ = false;
    return true;
  }
  if (!worn_out) ++ended_idle_;
  close();
  return false;
}

async::task<core::error_code> connection::open(core::deadline until) {
  if (is_ready()) co_return core::error_code{};
  close();
  busy_ = true;
  cancelled_ = false;
  const auto error = co_await connect(until);
  busy_ = false;
  if (error) {
    close();
    co_return error;
  }
  open_ = true;
  fresh_ = true;
  max_idle_.reset();
  used_at_ = looked_at_ = clock::now();
  co_return core::error_code{};
}

async::task<core::result<reading>> connection::read_piece() {
  if (!transport_->may_read()) {
    if (const auto error = co_await transport_->readable()) co_return ending(error);
  }
  piece_.resize(piece_bytes);
  const auto got = co_await transport_->read_some(piece_);
  if (got.has_error() && got.error() != net::errc::truncated) co_return ending(got.error());
  if (got.has_value() && *got != 0) co_return reader_.take({piece_.data(), *got});
  // Whoever can cut a connection could shorten an answer that only its end would end.
  co_return reader_.end(got ? http1::connection_end::clean : http1::connection_end::cut);
}

async::task<core::result<answer>> connection::read_answer() {
  answer made;
  for (auto state = reading::more; state == reading::more;) {
    const bool first = reader_.bytes() == 0;
    const auto read = co_await read_piece();
    if (first && reader_.bytes() != 0) made.first_byte = clock::now();
    if (read.has_error()) co_return read.error();
    state = *read;
  }
  // Another look would only tell that there is nothing more; what else comes is seen next time.
  if (transport_->has_buffered() && transport_->check_idle() == idle_state::spoke) {
    co_return errc::bad_answer;
  }
  made.head = reader_.head();
  made.body = reader_.body();
  made.bytes = reader_.bytes();
  co_return made;
}

async::task<core::result<answer>> connection::ask(std::string_view request) {
  if (const auto error = co_await transport_->write(request)) co_return ending(error);
  const auto written = clock::now();
  auto got = co_await read_answer();
  if (got) got->written = written;
  co_return got;
}

void connection::note_answer(const answer& got) {
  used_at_ = clock::now();
  // What cannot be repeated is sent only after a look.
  looked_at_ = to_.repeatable ? used_at_ : core::steady_time{};
  if (const auto idle = got.head.idle_seconds) max_idle_ = time_to_use(*idle);
}

async::task<core::result<answer>> connection::exchange(std::string_view request,
                                                       core::deadline until, bool to_head) {
  for (;;) {
    if (!is_ready()) {
      if (const auto error = co_await open(until)) co_return error;
    }
    const bool was_there = !std::exchange(fresh_, false);
    transport_->read_until(until);
    transport_->write_until(until);
    reader_.begin(to_head, to_.keep_bodies);
    busy_ = true;
    cancelled_ = false;
    auto got = co_await ask(request);
    busy_ = false;
    const bool asked_for_certificate = transport_->lacks_certificate();
    if (got) note_answer(*got);
    if (got.has_error() || !got->head.keep_alive) close();
    const bool ended = got.has_error() && got.error() != errc::timeout && reader_.bytes() == 0;
    // In TLS 1.3 the client learns only behind its handshake that it should have shown one.
    if (ended && !was_there && asked_for_certificate) co_return errc::certificate_wanted;
    const bool unseen = ended && got.error() == errc::closed;
    if (!unseen || !was_there || !to_.repeatable || cancelled_) co_return got;
    ++ended_idle_;
    ++repeated_;
  }
}

}  // namespace latchkey::bench::load
