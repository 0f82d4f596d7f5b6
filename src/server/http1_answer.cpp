// How an HTTP/1 session sends answers and lets go of its connection.
#include <latchkey/http1/chunk_frame.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/server/http1_session.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace latchkey::server {
namespace {

// Up to here a body is copied behind its head, so that both leave in one write.
constexpr std::size_t joined_body = 16 * 1024;
constexpr std::size_t write_step = 64 * 1024;

// What has come already is read before what is still to come.
async::task<core::result<std::size_t>> read_buffered(std::string_view& early, std::span<char> out) {
  const auto size = std::min(early.size(), out.size());
  std::copy_n(early.data(), size, out.data());
  early.remove_prefix(size);
  co_return size;
}

}  // namespace

async::task<core::error_code> http1_session::write_all(std::string_view bytes) {
  phase_ = phase::writing;
  while (!bytes.empty()) {
    const auto step = bytes.substr(0, write_step);
    wrote_at_ = shared_.clock.steady();
    transport_.write_until(core::deadline{wrote_at_ + settings().timeouts.write});
    if (const auto error = co_await transport_.write(step)) co_return error;
    bytes.remove_prefix(step.size());
  }
  phase_ = phase::answering;
  co_return core::error_code{};
}

// Puts into the buffer what leaves in the first write.
http1_session::outgoing http1_session::compose(const http::response& answer, bool keep_alive) {
  const auto* text = std::get_if<std::string>(&answer.body);
  const auto* fixed = std::get_if<http::asset>(&answer.body);
  const auto* pull = std::get_if<http::source>(&answer.body);
  const std::string_view bytes = text != nullptr    ? std::string_view{*text}
                                 : fixed != nullptr ? fixed->bytes
                                                    : std::string_view{};
  const bool old_client = buffers_->wire.version == 10;
  auto& out = buffers_->out;
  http1::response_framing framing;
  framing.length = pull != nullptr ? pull->length() : std::optional<std::uint64_t>{bytes.size()};
  framing.chunked = !framing.length && !old_client;
  if (pull == nullptr && http1::has_no_body(answer.code())) framing.length.reset();
  framing.keep_alive = keep_alive;
  framing.old_client = old_client;
  const bool bodiless =
      buffers_->head.method == http::verb::head || http1::has_no_body(answer.code());

  out.clear();
  composed_at_ = shared_.clock.wall();
  http1::append_head(out, answer, framing, shared_.date.at(composed_at_));
  outgoing made;
  if (!bodiless) {
    made.pull = pull;
    if (bytes.size() <= joined_body) {
      out.append(bytes);
      made.joined = bytes.size();
    } else {
      made.rest = bytes;
    }
  }
  made.unsent = out;
  return made;
}

// Most answers are out with one write that nothing has to be waited for. True where this one is, or
// where it has failed; else write_rest() goes on.
bool http1_session::write_at_once(outgoing& what, core::error_code& error) {
  if (what.unsent.size() > write_step) return false;
  // What the last wait for room was bounded by does not concern this answer.
  transport_.write_until(core::deadline{});
  const auto put = transport_.write_at_once(what.unsent);
  if (put.has_error()) {
    error = put.error();
    return true;
  }
  what.unsent.remove_prefix(*put);
  if (!what.unsent.empty()) return false;
  sent_ = what.joined;
  return what.rest.empty() && what.pull == nullptr;
}

async::task<core::error_code> http1_session::write_rest(outgoing what) {
  if (const auto error = co_await write_all(what.unsent)) co_return error;
  sent_ = what.joined;
  if (what.pull != nullptr) co_return co_await write_source(*what.pull);
  const auto error = co_await write_all(what.rest);
  if (!error) sent_ += what.rest.size();
  co_return error;
}

async::task<core::error_code> http1_session::write(const http::response& answer, bool keep_alive) {
  co_return co_await write_rest(compose(answer, keep_alive));
}

// To HTTP/1.0, without a length, the end of the connection is the end.
async::task<core::error_code> http1_session::write_source(const http::source& pull) {
  // A piece stands where its frame can be put around it: it is not copied again.
  const auto piece = std::make_unique_for_overwrite<http1::chunk_buffer<write_step>>();
  const bool chunked = !pull.length() && buffers_->wire.version == 11;
  auto left = pull.length().value_or(std::numeric_limits<std::uint64_t>::max());
  while (left != 0) {
    const auto got = co_await pull({piece->data(), piece->size()});
    if (got.has_error()) co_return got.error();
    if (*got == 0) break;
    // What is more than was announced would be read as the next answer.
    if (*got > left) co_return net::errc::closed;
    left -= *got;
    const auto out = chunked ? piece->framed(*got) : std::string_view{piece->data(), *got};
    if (const auto error = co_await write_all(out)) co_return error;
    sent_ += *got;
  }
  if (pull.length() && left != 0) co_return net::errc::closed;
  if (!chunked) co_return core::error_code{};
  co_return co_await write_all("0\r\n\r\n");
}

// Of an upgrade the head goes out first; a tunnel writes what it likes.
async::task<core::error_code> http1_session::run_tunnel(const http::response& answer,
                                                        std::size_t head_size) {
  const auto* const upgrade = std::get_if<http::upgrade>(&answer.body);
  if (upgrade != nullptr) {
    // Its bytes would be taken for the other protocol's.
    if (!buffers_->body.done()) co_return net::errc::closed;
    auto& out = buffers_->out;
    out.clear();
    http1::response_framing framing;
    framing.upgrade = true;
    http1::append_head(out, answer, framing, shared_.date.at(shared_.clock.wall()));
    if (const auto error = co_await write_all(out)) co_return error;
  }
  auto early = pipelined_bytes(head_size);
  http::byte_stream stream;
  stream.read_some = [this, &early](std::span<char> out) {
    return early.empty() ? transport_.read_some(out) : read_buffered(early, out);
  };
  stream.write = [this](std::string_view bytes) {
    sent_ += bytes.size();
    return transport_.write(bytes);
  };
  stream.read_until = [this](core::deadline until) { transport_.read_until(until); };
  stream.write_until = [this](core::deadline until) { transport_.write_until(until); };
  stream.ended_orderly = [this] { return transport_.ended_orderly(); };
  stream.reset = [this] { transport_.reset(); };
  stream.close = [this] { transport_.close(); };
  transport_.read_until(core::deadline{});
  transport_.write_until(core::deadline{});
  co_await (upgrade != nullptr ? upgrade->run : std::get<http::tunnel>(answer.body))(stream);
  co_await lingering_close();
  co_return core::error_code{};
}

void http1_session::on_peer_closed(std::function<void()> call) {
  watches_peer_ = static_cast<bool>(call);
  transport_.on_peer_closed(std::move(call));
}

http::link_facts http1_session::facts() {
  http::link_facts known;
  known.client = from_.route ? from_.route->source : transport_.far_end();
  known.server = from_.route ? from_.route->destination : transport_.near_end();
  if (const auto* const agreed = transport_.tls()) {
    const auto text = [](const char* of) { return of == nullptr ? std::string_view{} : of; };
    known.tls_version = text(SSL_get_version(agreed));
    known.tls_cipher = text(SSL_get_cipher_name(agreed));
    known.server_name = text(SSL_get_servername(agreed, TLSEXT_NAMETYPE_host_name));
  }
  return known;
}

async::task<core::error_code> http1_session::send_interim(const http::response& interim) {
  if (buffers_->wire.version == 10 || interim_.closed()) co_return core::error_code{};
  std::string text;
  http1::append_interim(text, interim);
  co_return co_await interim_.write(text, after(settings().timeouts.write));
}

void http1_session::begin_dropping() {
  const auto& timeouts = settings().timeouts;
  phase_ = phase::dropping;
  dropping_ = {timeouts.drop, after(draining_ ? drain_head_timeout : timeouts.drop_all).at()};
}

// Lets the peer read the answer before the connection is gone: closing with unread bytes would make
// the system tell the peer of a reset instead (RFC 9112 section 9.6). Many a client reads only once
// it has sent all it has, however much or slowly: its bytes are dropped for as long as they come.
async::task<> http1_session::lingering_close() {
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

}  // namespace latchkey::server
