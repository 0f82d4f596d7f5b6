// What is told once at the end of every exchange, whether it was answered or not: the log and the
// metrics know of requests by it and by nothing else. Never holds a token, a query (it may carry
// one) or a body.
#pragma once

#include <latchkey/core/client_certificate.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/check.hpp>
#include <latchkey/http/forwarding.hpp>
#include <latchkey/http/request.hpp>
#include <latchkey/trace/request_trace.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

namespace latchkey::http {

// Views are valid during the call that they are passed to. Of a request whose head was refused only
// peer and client, the status, the reason and the fault are known.
struct exchange {
  core::wall_time at;  // when it ended
  std::string_view protocol;
  std::string_view request_id;
  std::string_view peer;                                  // see http::context
  std::string_view client;                                // the same
  const core::client_certificate* certificate = nullptr;  // null: none was shown
  std::string_view method;
  http::verb verb = http::verb::unknown;  // the same, where it has a name here
  std::string_view path;                  // as sent
  std::string_view route;                 // the pattern; empty where none matched
  std::size_t route_index = 0;            // see http::route
  unsigned status = 0;                    // 0: nothing was answered
  // A stable code for why it was refused, with static storage; empty where it was not.
  std::string_view reason;
  std::string_view fault;       // the byte of the head to blame and its place, for people
  std::uint64_t bytes_in = 0;   // of the request's body, as far as it was taken
  std::uint64_t bytes_out = 0;  // of the answer's body, as far as it was sent
  // Why the answer could not be sent whole, the peer gone among others; none where it was.
  core::error_code error;
  // From the end of the head to the end of the answer.
  std::chrono::microseconds took{0};
  // Null where it was not forwarded.
  const http::forwarding* forwarded = nullptr;
  // Null where it was no check.
  const http::check* checked = nullptr;
  bool secure = false;  // came by https
  // Null where it was refused, too; for single fields, none of which may hold a token.
  const request_head* head = nullptr;
  // Null where it is part of no trace.
  const latchkey::trace::request_trace* trace = nullptr;
};

// Called on the thread of the exchange.
using exchange_observer = std::function<void(const exchange&)>;

}  // namespace latchkey::http
