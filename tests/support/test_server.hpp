// A server on a free loopback port with a pipeline of the test's own. Not for the real programs.
#pragma once

#include <latchkey/async/io_pool.hpp>
#include <latchkey/server/server.hpp>

#include <future>
#include <utility>

namespace latchkey::support {

class test_server {
 public:
  explicit test_server(http::handler pipeline, server::server_settings settings = {},
                       std::size_t threads = 1)
      : pool_{threads},
        server_{pool_,
                {server::parse_endpoint("127.0.0.1:0")},
                std::move(settings),
                std::move(pipeline),
                core::system_clock()} {
    server_.start();
    pool_.run();
  }
  ~test_server() { stop(); }
  test_server(const test_server&) = delete;
  test_server& operator=(const test_server&) = delete;

  server::server& server() { return server_; }
  async::tcp::endpoint endpoint() const { return server_.endpoints().front(); }

  // For what the pipeline needs of them: a handler that is made after the server, say.
  async::io_pool& threads() { return pool_; }
  // The first of its threads.
  async::executor where() { return pool_.at(0); }

  // Begins to drain; the future is ready when the last connection has ended.
  std::future<void> drain(std::chrono::milliseconds limit) {
    auto done = std::make_shared<std::promise<void>>();
    auto ended = done->get_future();
    server_.drain(core::deadline{core::steady_time::clock::now() + limit},
                  [done] { done->set_value(); });
    return ended;
  }
  void stop() {
    pool_.stop();
    pool_.join();
  }

 private:
  async::io_pool pool_;
  server::server server_;
};

}  // namespace latchkey::support
