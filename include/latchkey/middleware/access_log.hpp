// Middleware: one record for each request that got an answer. What is written where is not decided
// here. Never holds a token, a query (it may carry one) or a body.
#pragma once

#include <latchkey/core/time.hpp>
#include <latchkey/http/handler.hpp>

#include <chrono>
#include <functional>
#include <string_view>

namespace latchkey::middleware {

// Views are valid during the call they are passed to.
struct access_record {
  core::wall_time at;
  std::string_view request_id;
  std::string_view peer;
  std::string_view method;
  std::string_view path;   // as sent
  std::string_view route;  // the pattern; empty where none matched
  unsigned status = 0;
  std::string_view reason;  // why it was refused; empty where it was not
  std::chrono::microseconds took{0};
};

struct access_log {
  core::clock clock;
  std::function<void(const access_record&)> write;  // called on any thread

  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const;
};

}  // namespace latchkey::middleware
