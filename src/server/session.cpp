#include <latchkey/http/errc.hpp>
#include <latchkey/http/problem.hpp>
#include <latchkey/http/target.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/http1/head_fault.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/server/session.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

namespace latchkey::server {
namespace {

// Up to here a body is copied behind its head, so that both leave in one write.
constexpr std::size_t joined_body = 16 * 1024;
constexpr std::size_t write_step = 64 * 1024;
// For the rest of a request that is on its way when the server is told to end.
constexpr std::chrono::milliseconds drain_head_timeout{1'000};
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

// What has come already is read before what is still to come.
async::task<core::result<std::size_t>> read_buffered(std::string_view& early, std::span<char> out) {
  const auto size = std::min(early.size(), out.size());
  std::copy_n(early.data(), size, out.data());
  early.remove_prefix(size);
  co_return size;
}

std::string detail_of(http::status code) {
  const auto phrase = boost::beast::http::obsolete_reason(code);
  return {phrase.begin(), phrase.end()};
}

}  // namespace

session::session(async::tcp_socket socket, std::string peer, const net::tls_context* tls,
                 worker_context& shared)
    : shared_{shared},
      peer_{std::move(peer)},
      transport_{std::move(socket), tls, shared.ready, shared.timers},
      waits_since_{shared.clock.steady()},
      secure_{tls != nullptr} {}

// While the server ends, what has begun has a moment left.
std::chrono::milliseconds session::hurried(std::chrono::milliseconds wait) const {
  return draining_ ? std::min(wait, drain_head_timeout) : wait;
}

core::deadline session::after(std::chrono::milliseconds wait) const {
  return core::deadline{shared_.clock.steady() + wait};
}

async::task<> session::run() {
  try {
    transport_.read_until(after(hurried(settings().timeouts.handshake)));
    if (const auto error = co_await transport_.handshake()) {
      co_await refuse_handshake(error);
    } else {
      co_await serve();
    }
  } catch (...) {  // NOLINT(bugprone-empty-catch): nobody is left to be told
    // A bug behind the pipeline's own net costs this connection, not the program.
  }
  transport_.close();
  if (buffers_) shared_.buffers.give_back(std::move(buffers_));
}

// Who speaks plain HTTP can read why; to others there is nothing to say beyond OpenSSL's alert.
async::task<> session::refuse_handshake(core::error_code error) {
  const bool readable = error == net::errc::plain_http;
  if (error != net::errc::closed) report_refusal(error, readable ? 400 : 0);
  if (!readable) co_return;
  phase_ = phase::answering;
  transport_.speak_plainly();
  buffers_ = shared_.buffers.take();
  buffers_->head.method = http::verb::unknown;
  buffers_->head.version = 11;
  const auto answer =
      http::response::text(http::status::bad_request, "text/plain; charset=utf-8",
                           "This port speaks HTTPS, the request came as plain HTTP. Ask again with "
                           "https:// in the place of http://.\n");
  if (co_await write(answer, false)) co_await lingering_close();
}

async::task<> session::serve() {
  for (;;) {
    const auto head_size = co_await read_head();
    if (head_size.has_error()) {
      co_await refuse(head_size.error());
      co_return;
    }
    if (*head_size == 0) break;
    if (!co_await answer_one(*head_size)) co_return;
  }
  transport_.end_writing();
}

// The size of the head that stands at the start of the buffer; 0 if there is no further request.
async::task<core::result<std::size_t>> session::read_head() {
  http1::head_scanner scanner;
  const bool idle = buffers_ == nullptr;
  phase_ = idle ? phase::waiting : phase::reading;
  waits_since_ = shared_.clock.steady();
  transport_.read_until(
      core::deadline{waits_since_ + hurried(idle && !first_ ? settings().timeouts.idle
                                                            : settings().timeouts.head)});
  if (idle) {
    // The first request of a connection is answered, and one that has come already.
    if (draining_ && !first_ && !transport_.has_unread()) co_return std::size_t{0};
    if (!transport_.may_read() && co_await transport_.readable()) co_return std::size_t{0};
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
    const auto got =
        co_await transport_.read_some({buffer.data() + filled, buffer.size() - filled});
    if (got.has_error()) {
      if (filled == 0 && got.error() != net::errc::tls_flood) co_return std::size_t{0};
      co_return got.error();
    }
    if (*got == 0) {
      if (filled == 0) co_return std::size_t{0};
      co_return net::errc::closed;
    }
    if (phase_ == phase::waiting && !first_) transport_.read_until(after(settings().timeouts.head));
    phase_ = phase::reading;
    filled += *got;
  }
}

async::task<bool> session::answer_one(std::size_t head_size) {
  first_ = false;
  phase_ = phase::answering;
  // The request keeps it to its end, whatever replaces it meanwhile.
  const auto kept = shared_.present;
  auto& buffers = *buffers_;
  auto& head = buffers.head;
  auto& body = buffers.body;
  if (const auto error =
          http1::parse_head({buffers.buffer.data(), head_size}, kept->session.head, head)) {
    co_await refuse(error, head_size);
    co_return false;
  }
  const auto target = http::parse_target(head, secure_);
  if (target.has_error()) {
    co_await refuse(target.error(), head_size);
    co_return false;
  }
  body.start(head, {buffers.buffer.data() + head_size, buffers.filled - head_size},
             {kept->session.body_bytes, kept->session.timeouts.body, &shared_.clock});
  http::context ctx{head, *target, shared_.where};
  ctx.peer = peer_;
  if (head.body != http::framing::none) {
    ctx.body = http::body{
        [this](std::span<char> out) { return buffers_->body.read_some(transport_, out); }};
  }
  transport_.read_until(core::deadline{});
  const auto answer = co_await kept->pipeline(ctx);
  if (const auto* taker = std::get_if<http::tunnel>(&answer.body)) {
    co_await run_tunnel(*taker, head_size);
    co_return false;
  }

  // A body that was not taken whole would be read as the next request. The answer does not wait for
  // it: it is dropped afterwards where it is short, else the connection ends with this answer.
  const auto* const pulled = std::get_if<http::source>(&answer.body);
  const bool ends_by_close = head.version == 10 && pulled != nullptr && !pulled->length();
  const bool wants_more = head.keep_alive && !answer.close && !draining_ && !ends_by_close;
  const bool reusable = wants_more && body.can_discard_rest(max_discard_bytes);
  if (!co_await write(answer, reusable)) co_return false;
  if (!reusable || !body.done()) {
    begin_dropping();
    if (!reusable || !co_await body.discard_rest(transport_, max_discard_bytes, dropping_)) {
      co_await lingering_close();
      co_return false;
    }
  }
  carry_over(pipelined_bytes(head_size));
  co_return true;
}

// What has arrived behind the request; owned by the buffers.
std::string_view session::pipelined_bytes(std::size_t head_size) const {
  const auto& buffers = *buffers_;
  if (buffers.head.body != http::framing::none) return buffers.body.rest();
  return {buffers.buffer.data() + head_size, buffers.filled - head_size};
}

// Begins the next request with it; where there is nothing, somebody else may have the buffers.
void session::carry_over(std::string_view rest) {
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

void session::report_refusal(const core::error_code& error, unsigned status,
                             std::string_view fault) const {
  if (shared_.refused) shared_.refused({peer_, error, status, fault});
}

// `head_size` is 0 where the head is not whole.
async::task<> session::refuse(core::error_code error, std::size_t head_size) {
  phase_ = phase::answering;
  const auto code = status_of(error);
  const bool gone =
      error == net::errc::closed || error == net::errc::tls_failed || error == net::errc::tls_flood;
  if (gone) {
    report_refusal(error, 0);
    co_return;
  }
  const std::string_view head{buffers_->buffer.data(),
                              head_size != 0 ? head_size : buffers_->filled};
  report_refusal(error, static_cast<unsigned>(code), http1::describe_fault(head, error));
  const auto answer = http::problem(code, detail_of(code));
  buffers_->head.method = http::verb::unknown;
  buffers_->head.version = 11;
  if (co_await write(answer, false)) co_await lingering_close();
}

async::task<core::error_code> session::write_all(std::string_view bytes) {
  phase_ = phase::writing;
  while (!bytes.empty()) {
    const auto step = bytes.substr(0, write_step);
    transport_.write_until(after(settings().timeouts.write));
    if (const auto error = co_await transport_.write(step)) co_return error;
    bytes.remove_prefix(step.size());
  }
  phase_ = phase::answering;
  co_return core::error_code{};
}

// True if all of it went out.
async::task<bool> session::write(const http::response& answer, bool keep_alive) {
  const auto* text = std::get_if<std::string>(&answer.body);
  const auto* fixed = std::get_if<http::asset>(&answer.body);
  const auto* pull = std::get_if<http::source>(&answer.body);
  const std::string_view bytes = text != nullptr    ? std::string_view{*text}
                                 : fixed != nullptr ? fixed->bytes
                                                    : std::string_view{};
  http1::response_framing framing;
  const auto& head = buffers_->head;
  auto& out = buffers_->out;
  const auto length = pull != nullptr ? pull->length() : std::optional<std::uint64_t>{bytes.size()};
  const bool chunked = !length && head.version == 11;
  framing.chunked = chunked;
  framing.keep_alive = keep_alive;
  framing.old_client = head.version == 10;
  framing.length = length;
  const bool bodiless = head.method == http::verb::head || http1::has_no_body(answer.code());

  out.clear();
  http1::append_head(out, answer, framing, shared_.date.at(shared_.clock.wall()));
  const bool joined = !bodiless && bytes.size() <= joined_body;
  if (joined) out.append(bytes);
  if (co_await write_all(out)) co_return false;
  if (bodiless || (joined && pull == nullptr)) co_return true;
  const auto error = pull != nullptr ? co_await write_source(*pull) : co_await write_all(bytes);
  co_return !error;
}

// To HTTP/1.0, without a length, the end of the connection is the end.
async::task<core::error_code> session::write_source(const http::source& pull) {
  std::string piece(write_step, '\0');
  auto& out = buffers_->out;
  const bool chunked = !pull.length() && buffers_->head.version == 11;
  auto left = pull.length().value_or(std::numeric_limits<std::uint64_t>::max());
  for (;;) {
    const auto got = co_await pull(piece);
    if (got.has_error()) co_return got.error();
    if (*got == 0) break;
    // What is more than was announced would be read as the next answer.
    if (*got > left) co_return net::errc::closed;
    left -= *got;
    out = chunked ? fmt::format("{:x}\r\n", *got) : std::string{};
    out.append(piece, 0, *got);
    if (chunked) out += "\r\n";
    if (const auto error = co_await write_all(out)) co_return error;
    if (left == 0) break;
  }
  if (pull.length() && left != 0) co_return net::errc::closed;
  if (!chunked) co_return core::error_code{};
  co_return co_await write_all("0\r\n\r\n");
}

async::task<> session::run_tunnel(const http::tunnel& taker, std::size_t head_size) {
  auto early = pipelined_bytes(head_size);
  http::byte_stream stream;
  stream.read_some = [this, &early](std::span<char> out) {
    return early.empty() ? transport_.read_some(out) : read_buffered(early, out);
  };
  stream.write = [this](std::string_view bytes) { return transport_.write(bytes); };
  stream.read_until = [this](core::deadline until) { transport_.read_until(until); };
  stream.write_until = [this](core::deadline until) { transport_.write_until(until); };
  stream.reset = [this] { transport_.reset(); };
  stream.close = [this] { transport_.close(); };
  co_await taker(stream);
  co_await lingering_close();
}

void session::begin_dropping() {
  const auto& timeouts = settings().timeouts;
  phase_ = phase::dropping;
  dropping_ = {timeouts.drop, after(draining_ ? drain_head_timeout : timeouts.drop_all).at()};
}

// Lets the peer read the answer before the connection is gone: closing with unread bytes would make
// the system tell the peer of a reset instead (RFC 9112 section 9.6). Many a client reads only once
// it has sent all it has, however much or slowly: its bytes are dropped for as long as they come.
async::task<> session::lingering_close() {
  if (phase_ != phase::dropping) begin_dropping();
  transport_.end_writing();
  std::array<char, 4096> sink;
  for (;;) {
    const auto now = shared_.clock.steady();
    if (dropping_.ended(now)) co_return;
    transport_.read_until(dropping_.next(now));
    const auto got = co_await transport_.read_some(sink);
    if (got.has_error() || *got == 0) co_return;
  }
}

void session::close() {
  phase_ = phase::closed;
  transport_.close();
}

void session::drain() {
  draining_ = true;
  switch (phase_) {
    case phase::waiting:
      // A connection that is new will ask; of one that is kept open, what has come is answered.
      if (!first_ && !transport_.has_unread()) {
        close();
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
    case phase::closed:
      break;
  }
}

}  // namespace latchkey::server
