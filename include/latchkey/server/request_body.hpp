// The body of the request under way, read off the connection when somebody asks: framing, the size
// limit, `100 Continue`, and what is left over for the next request. Not for heads.
#pragma once

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/http1/chunked.hpp>
#include <latchkey/net/transport.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
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

class request_body {
 public:
  // What start() needs to know beside the head.
  struct rules {
    std::size_t limit = 0;  // bytes
    std::chrono::milliseconds time{0};
    const core::clock* clock = nullptr;
  };

  // Begins the body of `head`, of which `arrived` has been read already. `arrived` must stay where
  // it is until the request has been answered.
  void start(const http::request_head& head, std::string_view arrived, const rules& how);

  // At least one byte, or 0 at the end; errors of http::errc. After an error the connection is of
  // no more use for reading.
  async::task<core::result<std::size_t>> read_some(net::transport& from, std::span<char> out);

  // Whether what is left may be taken and dropped, so that the connection can be used again: not
  // after an error, not past `limit` bytes, and not where the client waits to be asked for it.
  bool can_discard_rest(std::size_t limit) const;

  // Does so. True if the whole body has been taken. `how`, which may change meanwhile, must live
  // until the task ends.
  async::task<bool> discard_rest(net::transport& from, std::size_t limit,
                                 const lingering_timeout& how);

  // Once the body has been taken whole: the bytes behind it, which begin the next request.
  std::string_view rest() const { return arrived_; }
  bool done() const { return done_; }

 private:
  async::task<core::result<std::size_t>> read_counted(net::transport& from, std::span<char> out);
  async::task<core::result<std::size_t>> read_chunked(net::transport& from, std::span<char> out);
  async::task<core::error_code> begin(net::transport& from);
  core::error_code fail(core::error_code error);

  rules how_;
  http::framing framing_ = http::framing::none;
  std::uint64_t left_ = 0;
  std::uint64_t taken_ = 0;
  std::string_view arrived_;
  http1::chunk_decoder decoder_;
  std::string raw_;
  bool expect_continue_ = false;
  bool begun_ = false;
  bool done_ = true;
  core::error_code failed_;
};

}  // namespace latchkey::server
