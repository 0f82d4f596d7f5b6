#include <latchkey/http/errc.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/server/request_body.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace latchkey::server {

void request_body::start(const http1::request_wire& wire, std::string_view arrived,
                         const parts& of) {
  of_ = of;
  framing_ = wire.body;
  length_ = wire.content_length;
  left_ = wire.content_length;
  taken_ = 0;
  arrived_ = arrived;
  decoder_ = http1::chunk_decoder{};
  expect_continue_ = wire.expect_continue;
  end_by_ = {};
  begun_ = false;
  stopped_ = false;
  done_ = framing_ == http1::framing::none;
  failed_ = {};
}

std::optional<std::uint64_t> request_body::length() const {
  if (framing_ == http1::framing::chunked) return std::nullopt;
  return length_;
}

core::error_code request_body::fail(core::error_code error) {
  if (error == net::errc::timeout) error = http::errc::body_timeout;
  if (error.category() == http1::category()) error = http::errc::bad_body;
  if (error.category() == net::category()) error = http::errc::body_cut_off;
  failed_ = error;
  return failed_;
}

core::deadline request_body::deadline() const {
  constexpr core::steady_duration unbounded{0};
  auto until = end_by_;
  if (of_.limits.whole != unbounded) {
    until = until.sooner(core::deadline{begun_at_ + of_.limits.whole});
  }
  if (of_.limits.idle == unbounded) return until;
  return until.sooner(core::deadline{of_.clock->steady() + of_.limits.idle});
}

async::task<core::error_code> request_body::begin() {
  if (framing_ == http1::framing::content_length && left_ > of_.limits.bytes) {
    begun_ = true;
    co_return http::errc::body_too_large;
  }
  // A client that has begun to send does not wait for the word (RFC 9110 section 10.1.1).
  const bool asks = expect_continue_ && arrived_.empty();
  // One that has its answer may never send what it has not been asked for.
  if (asks && of_.interim->closed()) co_return http::errc::body_stopped;
  begun_ = true;
  begun_at_ = of_.clock->steady();
  expect_continue_ = false;
  if (!asks) co_return core::error_code{};
  co_return co_await of_.interim->write("HTTP/1.1 100 Continue\r\n\r\n", deadline());
}

async::task<core::result<std::size_t>> request_body::read_some(std::span<char> out) {
  if (failed_) co_return failed_;
  if (done_) co_return std::size_t{0};
  if (!begun_) {
    if (const auto error = co_await begin()) {
      if (error == http::errc::body_stopped) co_return error;
      co_return fail(error);
    }
  }
  if (stopped_) co_return http::errc::body_stopped;
  of_.from->read_until(deadline());
  co_return co_await read_piece(out);
}

async::task<core::result<std::size_t>> request_body::read_piece(std::span<char> out) {
  const auto got =
      framing_ == http1::framing::chunked ? co_await read_chunked(out) : co_await read_counted(out);
  if (got.has_error()) {
    if (stopped_ && got.error() == net::errc::timeout) co_return http::errc::body_stopped;
    co_return fail(got.error());
  }
  taken_ += *got;
  if (taken_ > of_.limits.bytes) co_return fail(http::errc::body_too_large);
  co_return *got;
}

async::task<core::result<std::size_t>> request_body::read_counted(std::span<char> out) {
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
  std::size_t got = std::min(room, arrived_.size());
  if (got != 0) {
    std::memcpy(out.data(), arrived_.data(), got);
    arrived_.remove_prefix(got);
  } else {
    const auto read = co_await of_.from->read_some(out.first(room));
    if (read.has_error()) co_return read.error();
    if (*read == 0) co_return net::errc::closed;
    got = *read;
  }
  left_ -= got;
  done_ = left_ == 0;
  co_return got;
}

async::task<core::result<std::size_t>> request_body::read_chunked(std::span<char> out) {
  constexpr std::size_t raw_size = 16 * 1024;
  for (;;) {
    const auto step = decoder_.decode(arrived_, out);
    if (step.has_error()) co_return step.error();
    arrived_.remove_prefix(step->consumed);
    done_ = decoder_.done();
    if (done_ || step->produced != 0) co_return step->produced;
    raw_.resize(raw_size);
    const auto read = co_await of_.from->read_some(raw_);
    if (read.has_error()) co_return read.error();
    if (*read == 0) co_return net::errc::closed;
    arrived_ = std::string_view{raw_}.substr(0, *read);
  }
}

void request_body::stop() {
  if (done_ || stopped_) return;
  stopped_ = true;
  of_.from->cancel_read();
}

bool request_body::can_discard_rest(std::size_t limit) const {
  if (done_) return true;
  if (failed_ || (!begun_ && expect_continue_)) return false;
  return framing_ != http1::framing::content_length ||
         left_ <= std::min<std::uint64_t>(limit, of_.limits.bytes);
}

async::task<bool> request_body::discard_rest(std::size_t limit, const lingering_timeout& how) {
  if (done_) co_return true;
  if (!can_discard_rest(limit)) co_return false;
  // Nobody asks for it.
  begun_ = true;
  stopped_ = false;
  std::array<char, 4096> sink;
  for (std::size_t dropped = 0; !done_ && dropped <= limit;) {
    const auto now = of_.clock->steady();
    if (how.ended(now)) co_return false;
    of_.from->read_until(how.next(now));
    const auto got = co_await read_piece(sink);
    if (got.has_error()) co_return false;
    dropped += *got;
  }
  co_return done_;
}

}  // namespace latchkey::server
