// What becomes of connections that have been accepted by the system when their listener goes.
#include "support/client.hpp"

#include <latchkey/async/io_pool.hpp>
#include <latchkey/server/server.hpp>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::server {
namespace {

using support::client;

async::task<http::response> sound(http::context&) {
  co_return http::response::text(http::status::ok, "text/plain", "sound");
}

class listener_change : public testing::Test {
 protected:
  listener_change()
      : server_{pool_, {parse_endpoint("127.0.0.1:0")}, settings(), sound, core::system_clock()} {
    server_.start();
    pool_.run();
  }
  ~listener_change() override {
    pool_.stop();
    pool_.join();
  }
  static server_settings settings() {
    server_settings made;
    made.connections = 2;
    return made;
  }

  async::io_pool pool_{1};
  server server_;
};

// They would keep coming while they are taken, and each is a handshake.
TEST_F(listener_change, takes_no_more_of_those_who_wait_than_there_is_room_for) {
  std::promise<void> held;
  std::promise<void> freed;
  boost::asio::post(pool_.at(0), [&] {
    held.set_value();
    freed.get_future().wait();
  });
  held.get_future().wait();
  std::vector<std::unique_ptr<client>> waiting;
  for (int i = 0; i < 6; ++i) {
    waiting.push_back(std::make_unique<client>(server_.endpoints().front()));
  }
  server_.listen({});
  freed.set_value();
  std::size_t answered = 0;
  for (const auto& one : waiting) {
    if (!one->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")) continue;
    const auto text = one->read_until(
        [](const std::string& so_far) { return so_far.find("sound") != so_far.npos; });
    if (text.find("sound") != text.npos) ++answered;
  }
  EXPECT_EQ(answered, 2U);
}

}  // namespace
}  // namespace latchkey::server
