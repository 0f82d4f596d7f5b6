// What all connections of one thread share. Not for what a server's threads share: server/worker.
#pragma once

#include <latchkey/async/socket_waits.hpp>
#include <latchkey/core/result.hpp>
#include <latchkey/core/time.hpp>
#include <latchkey/http/exchange.hpp>
#include <latchkey/http1/response_writer.hpp>
#include <latchkey/server/request_buffers.hpp>
#include <latchkey/server/site.hpp>
#include <latchkey/server/worker_counts.hpp>

#include <boost/smart_ptr/local_shared_ptr.hpp>

#include <functional>
#include <string_view>

namespace latchkey::server {

// A connection on which no exchange began.
struct refusal {
  std::string_view peer;    // its address
  std::string_view client;  // the same, or whom a proxy has named
  core::error_code error;
  unsigned status = 0;  // answered; 0 where there was no answer
};

struct worker_context {
  // The site in use: whoever needs it beyond a wait keeps a copy. Counted for this thread alone.
  boost::local_shared_ptr<const site> present;
  const core::clock& clock;
  // Each may be empty.
  const std::function<void(const refusal&)>& refused;
  const http::exchange_observer& observe;
  async::executor where;
  async::socket_waits& waits;
  request_buffer_pool buffers{};
  http1::date_text date{};
  worker_counts counts{};
};

}  // namespace latchkey::server
