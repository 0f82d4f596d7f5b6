#include <latchkey/http/errc.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/net/errc.hpp>
#include <latchkey/server/request_body.hpp>

#include <algorithm>
#include <array>
#include <cstring>

namespace latchkey::server {

void request_body::start(const http::request_head& head, std::string_view arrived,
                         const rules& how) {
  how_ = how;
  framing_ = head.body;
  left_ = head.content_length;
  taken_ = 0;
  arrived_ = arrived;
  decoder_ = http1::chunk_decoder{};
  expect_continue_ = head.expect_continue;
  begun_ = false;
  done_ = framing_ == http::framing::none;
  failed_ = {};
}

core::error_code request_body::fail(core::error_code error) {
  if (error == net::errc::timeout) error = http::errc::body_timeout;
  if (error.category() == http1::category()) error = http::errc::bad_body;
  if (error.category() == net::category()) error = http::errc::body_cut_off;
  failed_ = error;
  return failed_;
}

async::task<core::error_code> request_body::begin(net::transport& from) {
  begun_ = true;
  if (framing_ == http::framing::content_length && left_ > how_.limit) {
    co_return http::errc::body_too_large;
  }
  const core::deadline until{how_.clock->steady() + how_.time};
  from.read_until(until);
  // A client that has begun to send does not wait for the word (RFC 9110 section 10.1.1).
  if (!expect_continue_ || !arrived_.empty()) co_return core::error_code{};
  expect_continue_ = false;
  from.write_until(until);
  co_return co_await from.write("HTTP/1.1 100 Continue\r\n\r\n");
}

async::task<core::result<std::size_t>> request_body::read_some(net::transport& from,
                                                               std::span<char> out) {
  if (failed_) co_return failed_;
  if (done_) co_return std::size_t{0};
  if (!begun_) {
    if (const auto error = co_await begin(from)) co_return fail(error);
  }
  const auto got = framing_ == http::framing::chunked ? co_await read_chunked(from, out)
                                                      : co_await read_counted(from, out);
  if (got.has_error()) co_return fail(got.error());
  taken_ += *got;
  if (taken_ > how_.limit) co_return fail(http::errc::body_too_large);
  co_return *got;
}

async::task<core::result<std::size_t>> request_body::read_counted(net::transport& from,
                                                                  std::span<char> out) {
  const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), left_));
  std::size_t got = std::min(room, arrived_.size());
  if (got != 0) {
    std::memcpy(out.data(), arrived_.data(), got);
    arrived_.remove_prefix(got);
  } else {
    const auto read = co_await from.read_some(out.first(room));
    if (read.has_error()) co_return read.error();
    if (*read == 0) co_return net::errc::closed;
    got = *read;
  }
  left_ -= got;
  done_ = left_ == 0;
  co_return got;
}

async::task<core::result<std::size_t>> request_body::read_chunked(net::transport& from,
                                                                  std::span<char> out) {
  constexpr std::size_t raw_size = 16 * 1024;
  for (;;) {
    const auto step = decoder_.decode(arrived_, out);
    if (step.has_error()) co_return step.error();
    arrived_.remove_prefix(step->consumed);
    done_ = decoder_.done();
    if (done_ || step->produced != 0) co_return step->produced;
    raw_.resize(raw_size);
    const auto read = co_await from.read_some(raw_);
    if (read.has_error()) co_return read.error();
    if (*read == 0) co_return net::errc::closed;
    arrived_ = std::string_view{raw_}.substr(0, *read);
  }
}

bool request_body::can_discard_rest(std::size_t limit) const {
  if (done_) return true;
  if (failed_ || (!begun_ && expect_continue_)) return false;
  return framing_ != http::framing::content_length ||
         left_ <= std::min<std::uint64_t>(limit, how_.limit);
}

async::task<bool> request_body::discard_rest(net::transport& from, std::size_t limit,
                                             const lingering_timeout& how) {
  if (done_) co_return true;
  if (!can_discard_rest(limit)) co_return false;
  // Nobody asks for it.
  begun_ = true;
  std::array<char, 4096> sink;
  for (std::size_t dropped = 0; !done_ && dropped <= limit;) {
    const auto now = how_.clock->steady();
    if (how.ended(now)) co_return false;
    from.read_until(how.next(now));
    const auto got = co_await read_some(from, sink);
    if (got.has_error()) co_return false;
    dropped += *got;
  }
  co_return done_;
}

}  // namespace latchkey::server
