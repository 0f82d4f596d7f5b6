#include <latchkey/http/errc.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/http/target.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/head_fault.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/server/forwarded_client.hpp>
#include <latchkey/server/http1_session.hpp>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <variant>

namespace latchkey::server {
namespace {

// What is read of a body nobody wanted so that the connection can be used again.
constexpr std::size_t max_discard_bytes = 64 * 1024;

http::status status_of(const core::error_code& error) {
  if (error == http::errc::not_implemented) return http::status::not_implemented;
  if (error == net::errc::timeout) return http::status::request_timeout;
  if (error.category() != http1::category()) return http::status::bad_request;
  switch (static_cast<http1::errc>(error.value())) {
    case http1::errc::bad_version:
      return http::status::http_version_not_supported;
    case http1::errc::request_line_too_long:
      return http::status::uri_too_long;
    case http1::errc::head_too_large:
    case http1::errc::too_many_fields:
      return http::status::request_header_fields_too_large;
    case http1::errc::expectation_failed:
      return http::status::expectation_failed;
    default:
      return http::status::bad_request;
  }
}

bool is_tunnel(const http::response& answer) {
  return std::holds_alternative<http::tunnel>(answer.body) ||
         std::holds_alternative<http::upgrade>(answer.body);
}

// Without a length or chunks, as HTTP/1.0 has none, the end of the connection is that of the body.
bool ends_by_close(unsigned version, const http::response& answer) {
  const auto* const pulled = std::get_if<http::source>(&answer.body);
  return version == 10 && pulled != nullptr && !pulled->length();
}

// As a stable code: what a head can be refused for.
std::string_view reason_of(const core::error_code& error) {
  if (error.category() == http1::category()) {
    return http1::reason(static_cast<http1::errc>(error.value()));
  }
  if (error.category() == http::category()) {
    return http::reason(static_cast<http::errc>(error.value()));
  }
  if (error.category() == net::category())
    return net::reason(static_cast<net::errc>(error.value()));
  return "failed";
}

std::string detail_of(http::status code) {
  const auto phrase = boost::beast::http::obsolete_reason(code);
  return {phrase.begin(), phrase.end()};
}

}  // namespace

// What an exchange has beside its context.
struct http1_session::exchange_facts {
  unsigned status = 0;
  core::error_code error;       // of the answer
  core::error_code refused{};   // of the head
  std::string_view fault = {};  // of the head
  bool at_once = false;         // the answer was out without a wait
};

http1_session::http1_session(const session_parts& parts)
    : shared_{parts.shared},
      transport_{parts.transport},
      from_{parts.from},
      client_{parts.client},
      interim_{parts.transport, parts.shared.where},
      waits_since_{parts.shared.clock.steady()},
      secure_{parts.secure} {}

// While the server ends, what has begun has a moment left.
std::chrono::milliseconds http1_session::hurried(std::chrono::milliseconds wait) const {
  return draining_ ? std::min(wait, drain_head_timeout) : wait;
}

core::deadline http1_session::after(std::chrono::milliseconds wait) const {
  return core::deadline{shared_.clock.steady() + wait};
}

async::task<> http1_session::ask_for_https() {
  phase_ = phase::answering;
  buffers_ = shared_.buffers.take();
  buffers_->head.method = http::verb::unknown;
  buffers_->wire.version = 11;
  const auto answer =
      http::response::text(http::status::bad_request, "text/plain; charset=utf-8",
                           "This port speaks HTTPS, the request came as plain HTTP. Ask again with "
                           "https:// in the place of http://.\n");
  if (!co_await write(answer, false)) co_await lingering_close();
  shared_.buffers.give_back(std::move(buffers_));
}

// The buffers go back here, not in the destructor: where a program ends, a session may outlive what
// it shares.
async::task<> http1_session::run() {
  for (;;) {
    const auto head_size = co_await read_head();
    if (head_size.has_error()) {
      co_await refuse(head_size.error());
      break;
    }
    // As where it has waited too long: with a connection of its own the client proves itself anew.
    const bool expired = *head_size != 0 && has_expired();
    if (expired) ended_by_ = close_reason::idle;
    if (resting_) co_return;
    if (*head_size == 0 || expired) {
      transport_.end_writing();
      break;
    }
    if (!co_await answer_one(*head_size)) break;
    // Who sends many requests at once has one answered in each turn, as everybody else, though none
    // of the next may have been read.
    if (!buffers_ && !transport_.may_read()) continue;
    phase_ = phase::queued;
    co_await transport_.yield();
  }
  if (buffers_) shared_.buffers.give_back(std::move(buffers_));
}

// The size of the head that stands at the start of the buffer; 0 if there is no further request,
// or the session rests.
async::task<core::result<std::size_t>> http1_session::read_head() {
  http1::head_scanner scanner;
  const bool idle = buffers_ == nullptr;
  phase_ = idle ? phase::waiting : phase::reading;
  const bool woken = std::exchange(resting_, false);
  const auto now = shared_.clock.steady();
  const auto until =
      now + hurried(idle && !first_ ? settings().timeouts.idle : settings().timeouts.head);
  // Who sends without reading any answer is not to pass for somebody who has just come.
  if (idle && !woken) waits_since_ = now;
  if (!woken) transport_.read_until(core::deadline{until});
  if (idle) {
    // The first request of a connection is answered, and one that has come already.
    if (draining_ && !first_ && !transport_.has_unread()) {
      ended_by_ = close_reason::drain;
      co_return std::size_t{0};
    }
    if (!transport_.may_read()) {
      // The first wait is a short one, behind which the session rests.
      const bool may_rest = !woken && now + rests_after < until;
      if (may_rest) transport_.read_until(core::deadline{now + rests_after});
      const auto error = co_await transport_.readable();
      if (may_rest && !draining_) {
        transport_.read_until(core::deadline{until});
        resting_ = error == net::errc::timeout;
      }
      if (error) {
        if (!resting_) note_silence(error);
        co_return std::size_t{0};
      }
    }
    buffers_ = shared_.buffers.take();
  }
  auto& filled = buffers_->filled;
  auto& buffer = buffers_->buffer;
  for (;;) {
    if (filled != 0) {
      // A wait may have brought another site: nothing of it is kept from one round to the next.
      const auto& limits = settings().head;
      const auto size = scanner.scan({buffer.data(), filled}, limits);
      if (size.has_error() || *size != 0) co_return size;
      if (filled == buffer.size()) buffer.resize(std::min(filled * 2, limits.bytes));
    }
    const std::span<char> room{buffer.data() + filled, buffer.size() - filled};
    auto read = transport_.read_at_once(room);
    if (!read) read = co_await transport_.read_some(room);
    const auto& got = *read;
    if (got.has_error()) {
      if (filled != 0 || got.error() == net::errc::tls_flood) co_return got.error();
      note_silence(got.error());
      co_return std::size_t{0};
    }
    if (*got == 0) {
      ended_by_ = close_reason::client;
      if (filled == 0) co_return std::size_t{0};
      co_return net::errc::closed;
    }
    if (phase_ == phase::waiting && !first_) {
      transport_.read_until(after(settings().timeouts.head));
    }
    phase_ = phase::reading;
    filled += *got;
  }
}

// Understands the head that stands at the start of the buffer, and begins its body.
core::result<http::target> http1_session::begin_request(std::size_t head_size,
                                                        const session_settings& limits) {
  auto& buffers = *buffers_;
  if (const auto error = http1::parse_head({buffers.buffer.data(), head_size}, limits.head,
                                           buffers.head, buffers.wire)) {
    return error;
  }
  const auto target = http::parse_target(buffers.head, secure_);
  if (target.has_error()) return target.error();
  interim_.start();
  buffers.body.start(
      buffers.wire, {buffers.buffer.data() + head_size, buffers.filled - head_size},
      {&transport_, &interim_, &shared_.clock, {limits.body_bytes, limits.timeouts.body, {}}});
  return target;
}

async::task<bool> http1_session::answer_one(std::size_t head_size) {
  first_ = false;
  phase_ = phase::answering;
  sent_ = 0;
  if (shared_.observe) began_ = shared_.clock.steady();
  // The request keeps it to its end, whatever replaces it meanwhile.
  const auto kept = shared_.present;
  const auto target = begin_request(head_size, kept->session);
  if (target.has_error()) {
    co_await refuse(target.error(), head_size);
    co_return false;
  }
  begin_exchange();
  auto& body = buffers_->body;
  http::context ctx{buffers_->head, *target, shared_.where};
  ctx.waits = &shared_.waits;
  std::string client;
  find_client(*kept, ctx, client);
  ctx.certificate = transport_.certificate();
  ctx.secure = secure_;
  ctx.version = buffers_->wire.version;
  ctx.link = this;
  if (buffers_->wire.body != http1::framing::none) ctx.body = http::body{body};
  transport_.read_until(core::deadline{});
  const auto answer = co_await kept->pipeline(ctx);

  // No interim response stands in the midst of a final one.
  interim_.close();
  if (interim_.busy()) co_await interim_.finish();
  const bool reusable = may_go_on(ctx, answer);
  exchange_facts facts{static_cast<unsigned>(answer.code()), {}};
  const bool tunnels = is_tunnel(answer);
  if (tunnels) {
    facts.error = co_await run_tunnel(answer, head_size);
  } else {
    auto what = compose(answer, reusable);
    facts.at_once = write_at_once(what, facts.error);
    if (!facts.at_once) facts.error = co_await write_rest(what);
  }
  if (ctx.forwarded) tell_end(*ctx.forwarded, facts.error);
  end_exchange();
  report(&ctx, facts);
  note_end(facts.error, tunnels);
  // Nobody waits any more for a client that cannot be answered, or has no more to say.
  const bool over = tunnels || facts.error;
  if (facts.error && ends_by_close(ctx.version, answer)) {
    // Any other end would be that of a whole body.
    transport_.reset();
  } else if (over) {
    transport_.close();
  }
  if (std::exchange(watches_peer_, false)) transport_.on_peer_closed({});
  if (!ctx.scope.empty()) {
    body.stop();
    co_await ctx.scope.join();
  }
  if (over) co_return false;
  if (!reusable || !body.done()) {
    begin_dropping();
    if (!reusable || !co_await body.discard_rest(max_discard_bytes, dropping_)) {
      co_await lingering_close();
      co_return false;
    }
  }
  carry_over(pipelined_bytes(head_size));
  co_return true;
}

// `text` holds the client's address where a proxy has told it in a field of the request.
void http1_session::find_client(const site& by, http::context& ctx, std::string& text) const {
  ctx.peer = from_.peer;
  ctx.hop = from_.client;
  ctx.client = from_.client;
  ctx.by_proxy_header = from_.route != nullptr || from_.unnamed;
  if (by.trusted_proxies.empty() || from_.unnamed) return;
  ctx.trusted_peer = net::is_within(by.trusted_proxies, from_.address);
  if (!ctx.trusted_peer) return;
  const auto told = forwarded_client(ctx.request, by.trusted_proxies);
  if (!told) return;
  text = told->to_string();
  ctx.client = text;
}

void http1_session::begin_exchange() {
  under_way_ = true;
  shared_.counts.in_flight.add();
}

void http1_session::end_exchange() {
  if (std::exchange(under_way_, false)) shared_.counts.in_flight.subtract(1);
}

// What the connection ends by, if it ends with this exchange: where it goes on, what comes next
// says so anew.
void http1_session::note_end(const core::error_code& error, bool tunnel) {
  ended_by_ = draining_ ? close_reason::drain : close_reason::answered;
  if (error) ended_by_ = close_reason::failed;
  if (tunnel) ended_by_ = close_reason::tunnel;
}

// Nothing of a request has come.
void http1_session::note_silence(const core::error_code& error) {
  ended_by_ = error == net::errc::timeout ? close_reason::idle : close_reason::client;
  if (draining_) ended_by_ = close_reason::drain;
}

// Whether the client is told that the connection can be used again. A body that was not taken whole
// would be read as the next request. The answer does not wait for it: it is dropped afterwards
// where it is short, else the connection ends with this answer. One that a source reads, or a task
// beside it, may have ended by then.
bool http1_session::may_go_on(const http::context& ctx, const http::response& answer) const {
  const auto& body = buffers_->body;
  const auto& wire = buffers_->wire;
  const auto* const pulled = std::get_if<http::source>(&answer.body);
  if (!wire.keep_alive || answer.close || draining_) return false;
  if (ends_by_close(wire.version, answer)) return false;
  // The next request comes by a handshake in which the client proves itself by what holds now.
  if (client_ != nullptr && (client_->is_outdated(*shared_.present) || client_->has_expired())) {
    return false;
  }
  const bool goes_on = (!ctx.scope.empty() && body.is_being_read()) ||
                       (pulled != nullptr && pulled->reads_request());
  return goes_on || body.can_discard_rest(max_discard_bytes);
}

// What has arrived behind the request; owned by the buffers.
std::string_view http1_session::pipelined_bytes(std::size_t head_size) const {
  const auto& buffers = *buffers_;
  if (buffers.wire.body != http1::framing::none) return buffers.body.rest();
  return {buffers.buffer.data() + head_size, buffers.filled - head_size};
}

// Begins the next request with it; where there is nothing, somebody else may have the buffers.
void http1_session::carry_over(std::string_view rest) {
  auto& buffers = *buffers_;
  if (rest.empty()) {
    shared_.buffers.give_back(std::move(buffers_));
    return;
  }
  if (rest.size() > buffers.buffer.size()) {
    buffers.buffer = std::string{rest};
  } else {
    std::memmove(buffers.buffer.data(), rest.data(), rest.size());
  }
  buffers.filled = rest.size();
}

void http1_session::report(const http::context* ctx, const exchange_facts& facts) const {
  if (!shared_.observe) return;
  http::exchange told;
  told.at = facts.at_once ? composed_at_ : shared_.clock.wall();
  told.peer = from_.peer;
  told.client = ctx != nullptr ? ctx->client : std::string_view{from_.client};
  told.status = facts.status;
  told.error = facts.error;
  told.fault = facts.fault;
  told.bytes_out = sent_;
  if (facts.refused) told.reason = reason_of(facts.refused);
  if (ctx != nullptr) {
    told.protocol = buffers_->wire.version == 10 ? "HTTP/1.0" : "HTTP/1.1";
    told.request_id = ctx->request_id;
    told.method = ctx->request.method_text;
    told.verb = ctx->request.method;
    told.path = ctx->target.path;
    told.route = ctx->route;
    told.route_index = ctx->route_index;
    told.reason = ctx->reason;
    told.certificate = ctx->certificate.get();
    told.bytes_in = buffers_->body.taken();
    told.forwarded = ctx->forwarded ? &*ctx->forwarded : nullptr;
    told.checked = ctx->checked ? &*ctx->checked : nullptr;
    told.secure = ctx->secure;
    told.head = &ctx->request;
    told.trace = ctx->trace.on ? &ctx->trace : nullptr;
    told.took =
        std::chrono::duration_cast<std::chrono::microseconds>(shared_.clock.steady() - began_);
  }
  shared_.observe(told);
}

// Who forwards cannot tell a client that went from a connection that was closed here.
void http1_session::tell_end(http::forwarding& of, const core::error_code& error) const {
  using http::ended_by;
  const bool by_client = of.ended == ended_by::client || (of.ended == ended_by::nobody && error);
  if (!by_client) return;
  of.ended = ended_by::client;
  if (error == net::errc::timeout) of.ended = ended_by::deadline;
  if (draining_ && transport_.is_closed()) of.ended = ended_by::drain;
}

// `head_size` is 0 where the head is not whole.
async::task<> http1_session::refuse(core::error_code error, std::size_t head_size) {
  phase_ = phase::answering;
  sent_ = 0;
  ended_by_ = error == net::errc::closed ? close_reason::client : close_reason::refused;
  exchange_facts facts{0, {}, error};
  const bool gone =
      error == net::errc::closed || error == net::errc::tls_failed || error == net::errc::tls_flood;
  if (gone) {
    if (shared_.refused) shared_.refused({from_.peer, from_.client, error, 0});
    co_return;
  }
  const auto code = status_of(error);
  facts.status = static_cast<unsigned>(code);
  const auto fault = http1::describe_fault(
      {buffers_->buffer.data(), head_size != 0 ? head_size : buffers_->filled}, error);
  facts.fault = fault;
  const auto answer = http::problem(code, detail_of(code));
  buffers_->head.method = http::verb::unknown;
  buffers_->wire.version = 11;
  facts.error = co_await write(answer, false);
  report(nullptr, facts);
  if (!facts.error) co_await lingering_close();
}

void http1_session::drain() {
  draining_ = true;
  switch (phase_) {
    case phase::waiting:
      // A connection that is new will ask; of one that is kept open, what has come is answered.
      if (!first_ && !transport_.has_unread()) {
        transport_.close();
        break;
      }
      transport_.read_until(after(hurried(settings().timeouts.head)));
      break;
    case phase::reading:
      // A partly received head gets at most a second to complete.
      transport_.read_until(after(std::min(settings().timeouts.head, drain_head_timeout)));
      break;
    case phase::dropping:
      dropping_.until = std::min(dropping_.until, after(drain_head_timeout).at());
      transport_.read_until(core::deadline{dropping_.until});
      break;
    case phase::answering:
    case phase::writing:
    case phase::queued:
      break;
  }
}

}  // namespace latchkey::server
