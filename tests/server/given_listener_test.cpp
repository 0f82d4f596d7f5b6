// Sockets that somebody else has opened: one queue of connections for all threads.
#include "support/client.hpp"

#include <latchkey/async/io_pool.hpp>
#include <latchkey/server/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::server {
namespace {

using support::client;
using testing::EndsWith;

constexpr std::size_t most_threads = 4;

class given_listener_test : public testing::TestWithParam<std::size_t> {
 protected:
  given_listener_test()
      : theirs_{context_, {boost::asio::ip::address_v4::loopback(), 0}},
        where_{theirs_.local_endpoint()},
        pool_{GetParam()},
        server_{pool_,
                {where_},
                settings(),
                [this](http::context&) { return answer(); },
                core::system_clock()} {
    server_.start();
    pool_.run();
  }
  ~given_listener_test() override {
    pool_.stop();
    pool_.join();
  }

  server_settings settings() {
    server_settings made;
    made.given = {{where_, theirs_.native_handle()}};
    return made;
  }

  async::task<http::response> answer() {
    ++answered_.at(async::io_pool::calling_thread().index);
    co_return http::response::text(http::status::ok, "text/plain", "sound");
  }

  static std::string get(const std::string& fields = "Connection: close\r\n") {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
  }

  bool is_sound() const {
    client one{where_};
    one.send(get());
    return one.read_to_end().ends_with("sound");
  }

  std::future<void> drain() {
    auto done = std::make_shared<std::promise<void>>();
    auto ended = done->get_future();
    server_.drain(core::deadline{core::steady_time::clock::now() + std::chrono::seconds{20}},
                  [done] { done->set_value(); });
    return ended;
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor theirs_;
  async::tcp::endpoint where_;
  std::array<std::atomic<int>, most_threads> answered_{};
  async::io_pool pool_;
  server server_;
};

TEST_P(given_listener_test, is_shared_by_all_threads_in_turn) {
  EXPECT_EQ(server_.endpoints(), std::vector{where_});
  constexpr int rounds = 25;
  const int threads = static_cast<int>(GetParam());
  for (int i = 0; i < rounds * threads; ++i) ASSERT_TRUE(is_sound());
  for (int i = 0; i < threads; ++i) EXPECT_EQ(answered_.at(static_cast<std::size_t>(i)), rounds);
}

TEST_P(given_listener_test, takes_a_crowd) {
  std::vector<std::unique_ptr<client>> crowd;
  for (int i = 0; i < 200; ++i) crowd.push_back(std::make_unique<client>(where_));
  for (auto& one : crowd) one->send(get());
  for (auto& one : crowd) EXPECT_THAT(one->read_to_end(), EndsWith("sound"));
}

TEST_P(given_listener_test, stays_when_the_addresses_are_set_anew) {
  server_.listen({where_});
  EXPECT_TRUE(is_sound());
  server_.listen({});
  server_.listen({where_});
  EXPECT_TRUE(is_sound()) << "taken up again";
}

TEST_P(given_listener_test, answers_what_it_has_taken_and_leaves_the_rest_to_the_next) {
  std::vector<std::unique_ptr<client>> crowd;
  for (int i = 0; i < 40; ++i) crowd.push_back(std::make_unique<client>(where_));
  for (auto& one : crowd) one->send(get());
  auto ended = drain();
  for (auto& one : crowd) EXPECT_THAT(one->read_to_end(), EndsWith("sound"));
  ended.wait();
  client late{where_};
  boost::system::error_code error;
  theirs_.non_blocking(true);
  const auto taken = theirs_.accept(error);
  EXPECT_FALSE(error) << "it waits for whoever has the socket";
}

INSTANTIATE_TEST_SUITE_P(threads, given_listener_test, testing::Values(1U, 3U));

// A further connection waits where all that may be open are.
TEST(given_listener_of_a_full_server, has_who_comes_wait) {
  boost::asio::io_context context;
  boost::asio::ip::tcp::acceptor theirs{context, {boost::asio::ip::address_v4::loopback(), 0}};
  const auto where = theirs.local_endpoint();
  server_settings settings;
  settings.given = {{where, theirs.native_handle()}};
  settings.connections = 2;
  async::io_pool pool{2};
  const auto sound = [](http::context&) -> async::task<http::response> {
    co_return http::response::text(http::status::ok, "text/plain", "sound");
  };
  server one{pool, {where}, settings, sound, core::system_clock()};
  one.start();
  pool.run();
  const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  std::vector<std::unique_ptr<client>> present;
  for (int i = 0; i < 2; ++i) {
    present.push_back(std::make_unique<client>(where));
    present.back()->send(get);
    present.back()->read_past("sound");
  }
  client third{where};
  third.send(get);
  EXPECT_EQ(one.open_connections(), 2U);
  present.clear();
  third.read_past("sound");
  pool.stop();
  pool.join();
}

}  // namespace
}  // namespace latchkey::server
