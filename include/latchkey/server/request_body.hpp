// The body of the request under way, read off an HTTP/1 connection when somebody asks: framing, the
// limits, `100 Continue`, and what is left over for the next request. Not for heads.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/body.hpp>
#include <latchkey/http1/chunked.hpp>
#include <latchkey/http1/request_head.hpp>
#include <latchkey/net/transport.hpp>
#include <latchkey/server/interim_writer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace latchkey::server {

// How long something is waited for that may go on and on: each step for a while, all of them within
// a bound.
struct lingering_timeout {
  std::chrono::milliseconds step{0};
  core::steady_time until;

  bool ended(core::steady_time now) const { return now >= until; }
  core::deadline next(core::steady_time now) const {
    return core::deadline{now + step}.sooner(core::deadline{until});
  }
};

class request_body : public http::body::reader {
 public:
  // What start() needs beside the head; all of it outlives the exchange.
  struct parts {
    net::transport* from = nullptr;
    interim_writer* interim = nullptr;
    const core::clock* clock = nullptr;
    http::body_limits limits;
  };

  // Begins the body of a request, of which `arrived` has been read already. `arrived` must stay
  // where it is until the request has been answered.
  void start(const http1::request_wire& wire, std::string_view arrived, const parts& of);

  // See http::body; errors of http::errc. After an error other than errc::body_stopped the
  // connection is of no more use for reading.
  async::task<core::result<std::size_t>> read_some(std::span<char> out) override;
  void allow(const http::body_limits& limits) override { of_.limits = limits; }
  void end_by(core::deadline until) override { end_by_ = until; }
  std::optional<std::uint64_t> length() const override;
  bool done() const override { return done_; }
  bool is_too_large() const override {
    return framing_ == http1::framing::content_length && length_ > of_.limits.bytes;
  }

  // Ends the read that waits, and every later one, with errc::body_stopped.
  void stop();

  // Somebody reads it, and may go on.
  bool is_being_read() const { return begun_ && !failed_; }
  // Whether what is left may be taken and dropped, so that the connection can be used again: not
  // after an error, not past `limit` bytes, and not where the client waits to be asked for it.
  bool can_discard_rest(std::size_t limit) const;

  // Does so, once nobody else reads. True if the whole body has been taken. `how`, which may change
  // meanwhile, must live until the task ends.
  async::task<bool> discard_rest(std::size_t limit, const lingering_timeout& how);

  // How many bytes of it have been taken.
  std::uint64_t taken() const { return taken_; }
  // Once the body has been taken whole: the bytes behind it, which begin the next request.
  std::string_view rest() const { return arrived_; }

 private:
  async::task<core::result<std::size_t>> read_piece(std::span<char> out);
  async::task<core::result<std::size_t>> read_counted(std::span<char> out);
  async::task<core::result<std::size_t>> read_chunked(std::span<char> out);
  async::task<core::error_code> begin();
  core::deadline deadline() const;
  core::error_code fail(core::error_code error);

  parts of_;
  http1::framing framing_ = http1::framing::none;
  std::uint64_t length_ = 0;
  std::uint64_t left_ = 0;
  std::uint64_t taken_ = 0;
  std::string_view arrived_;
  http1::chunk_decoder decoder_;
  std::string raw_;
  core::steady_time begun_at_;
  core::deadline end_by_;
  bool expect_continue_ = false;
  bool begun_ = false;
  bool stopped_ = false;
  bool done_ = true;
  core::error_code failed_;
};

}  // namespace latchkey::server
