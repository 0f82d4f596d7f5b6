// What becomes of connections where there are as many as there may be, and of many requests at once
// on one of them.
#include "support/client.hpp"
#include "support/test_server.hpp"

#include <latchkey/http/problem.hpp>
#include <latchkey/server/server.hpp>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace latchkey::server {
namespace {

using support::client;
using support::test_server;
using testing::EndsWith;

// "/echo" reads the body; "/large" is more than the system takes at once.
async::task<http::response> answer_path(http::context& ctx) {
  std::string text{ctx.target.path};
  if (text == "/large") text = std::string(3'000'000, 'L');
  if (text == "/echo") {
    auto body = co_await ctx.body.read_all(1'000'000);
    if (body.has_error()) co_return http::problem(body.error());
    text = std::move(*body);
  }
  co_return http::response::text(http::status::ok, "text/plain", std::move(text));
}

std::string get_of(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

// The refusals of a server: "PEER REASON". Must outlive it.
class recorded_refusals {
 public:
  std::function<void(const refusal&)> recorder() {
    return [this](const refusal& one) {
      const std::lock_guard lock{mutex_};
      all_.push_back(std::string{one.peer} + " " + one.error.message());
    };
  }
  std::vector<std::string> all() const {
    const std::lock_guard lock{mutex_};
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

TEST(connection_limits, holds_to_its_bound_of_connections) {
  server_settings settings;
  settings.connections = 2;
  test_server running{answer_path, settings};
  client first{running.endpoint()};
  client second{running.endpoint()};
  first.send(get_of("/1"));
  second.send(get_of("/2"));
  first.read_past("/1");
  second.read_past("/2");
  client third{running.endpoint()};
  third.send(get_of("/3"));
  EXPECT_EQ(running.server().open_connections(), 2U);
  second.socket().close();
  EXPECT_THAT(third.read_past("/3"), EndsWith("/3")) << "served once there is room";
}

bool is_served(const client::endpoint& to) {
  client one{to};
  one.send(get_of("/", "Connection: close\r\n"));
  return one.read_to_end().ends_with("\r\n\r\n/");
}

TEST(connection_limits, closes_the_longest_idle_for_a_new_one_where_it_is_told_to) {
  server_settings settings;
  settings.connections = 4;
  settings.when_full = when_full::close_unread;
  test_server running{answer_path, settings};
  client first{running.endpoint()};
  first.send(get_of("/1"));
  first.read_past("/1");
  client silent{running.endpoint()};
  client half{running.endpoint()};
  half.send("GET / HTTP/1.1\r\nHo");
  client draining_workers{running.endpoint()};
  draining_workers.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  draining_workers.read_past("100 Continue");
  // Asks anew, and so has waited for less long than the others.
  first.send(get_of("/1"));
  first.read_past("/1");
  EXPECT_EQ(running.server().open_connections(), 4U) << "nobody goes before somebody comes";
  EXPECT_TRUE(is_served(running.endpoint()));
  EXPECT_EQ(silent.read_to_end(), "") << "the first that went";
  std::vector<std::unique_ptr<client>> idle;
  for (int i = 0; i < 70; ++i) {
    idle.push_back(std::make_unique<client>(running.endpoint()));
    EXPECT_TRUE(is_served(running.endpoint()));
  }
  draining_workers.send("data");
  EXPECT_THAT(draining_workers.read_past("data"), EndsWith("data"))
      << "a request under way is none of them";
}

TEST(connection_limits, keeps_nobody_out_for_those_that_do_not_read_their_answers) {
  server_settings settings;
  settings.connections = 4;
  settings.when_full = when_full::close_unread;
  test_server running{answer_path, settings};
  std::vector<std::unique_ptr<client>> mute;
  for (int i = 0; i < 12; ++i) {
    mute.push_back(std::make_unique<client>(running.endpoint()));
    mute.back()->send(get_of("/large") + get_of("/large") + get_of("/large") + get_of("/large"));
    mute.back()->read_past("LLLL");
    EXPECT_TRUE(is_served(running.endpoint())) << i;
  }
}

TEST(connection_limits, makes_room_among_those_of_the_client_that_holds_the_most) {
  recorded_refusals refused;
  server_settings settings;
  settings.connections = 8;
  settings.when_full = when_full::close_idle;
  settings.min_idle = std::chrono::milliseconds{0};
  settings.refused = refused.recorder();
  test_server running{answer_path, settings};
  client kept{running.endpoint(), "127.0.0.2"};
  kept.send(get_of("/1"));
  kept.read_past("/1");
  client reading{running.endpoint()};
  reading.send(get_of("/large", "Connection: close\r\n"));
  reading.read_past("LLLL");
  std::vector<std::unique_ptr<client>> silent;
  for (int i = 0; i < 40; ++i) {
    silent.push_back(std::make_unique<client>(running.endpoint()));
    if (i % 4 != 0) continue;
    client other{running.endpoint(), "127.0.0.3"};
    other.send(get_of("/3"));
    EXPECT_THAT(other.read_past("/3"), EndsWith("/3")) << i;
  }
  EXPECT_EQ(silent.front()->read_to_end(), "");
  kept.send(get_of("/1"));
  EXPECT_THAT(kept.read_past("/1"), EndsWith("/1")) << "it has waited longest, but is one of few";
  EXPECT_THAT(reading.read_to_end(), EndsWith("LLLL")) << "whoever reads slowly has it all";
  EXPECT_THAT(refused.all(), testing::Each("127.0.0.1 closed_for_another"));
}

TEST(connection_limits, lets_who_has_just_come_have_its_answer) {
  server_settings settings;
  settings.connections = 1;
  settings.when_full = when_full::close_idle;
  settings.min_idle = std::chrono::hours{1};
  test_server running{answer_path, settings};
  client first{running.endpoint()};
  client second{running.endpoint()};
  second.send(get_of("/2"));
  for (int i = 0; i < 200; ++i) {
    first.send(get_of("/1"));
    ASSERT_THAT(first.read_past("/1"), EndsWith("/1")) << i;
  }
  first.send(get_of("/last", "Connection: close\r\n"));
  EXPECT_THAT(first.read_to_end(), EndsWith("/last"));
  EXPECT_THAT(second.read_past("/2"), EndsWith("/2"));
}

TEST(connection_limits, refuses_who_would_take_the_place_of_one_that_holds_less) {
  recorded_refusals refused;
  server_settings settings;
  settings.connections = 3;
  settings.when_full = when_full::close_idle;
  settings.min_idle = std::chrono::milliseconds{0};
  settings.refused = refused.recorder();
  test_server running{answer_path, settings};
  client kept{running.endpoint(), "127.0.0.2"};
  kept.send(get_of("/1"));
  kept.read_past("/1");
  std::vector<std::unique_ptr<client>> busy;
  for (int i = 0; i < 2; ++i) {
    busy.push_back(std::make_unique<client>(running.endpoint()));
    busy.back()->send(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    busy.back()->read_past("100 Continue");
  }
  client third{running.endpoint()};
  EXPECT_EQ(third.read_to_end(), "");
  kept.send(get_of("/1"));
  EXPECT_THAT(kept.read_past("/1"), EndsWith("/1"));
  EXPECT_THAT(refused.all(), testing::ElementsAre("127.0.0.1 too_many_connections"));
}

TEST(connection_limits, waits_where_none_can_make_room) {
  server_settings settings;
  settings.connections = 1;
  settings.when_full = when_full::close_idle;
  test_server running{answer_path, settings};
  client reading{running.endpoint()};
  reading.send(get_of("/large", "Connection: close\r\n"));
  reading.read_past("LLLL");
  client second{running.endpoint()};
  second.send(get_of("/2"));
  EXPECT_THAT(reading.read_to_end(), EndsWith("LLLL"));
  EXPECT_THAT(second.read_past("/2"), EndsWith("/2"));
}

// How many of `text`, which one client sends, and of the last request behind it are answered before
// the request of another: all of them are there before the first is looked at.
std::size_t answered_before_another(const std::string& text) {
  // Touched by the server's one thread.
  std::vector<std::string> order;
  const auto note = [&order](http::context& ctx) {
    order.emplace_back(ctx.target.path);
    return answer_path(ctx);
  };
  test_server running{note};
  client many{running.endpoint()};
  client few{running.endpoint()};
  std::promise<void> sent;
  boost::asio::post(running.where(), [&] { sent.get_future().wait(); });
  many.send(text + get_of("/last", "Connection: close\r\n"));
  few.send(get_of("/few", "Connection: close\r\n"));
  sent.set_value();
  EXPECT_THAT(few.read_to_end(), EndsWith("/few"));
  EXPECT_THAT(many.read_to_end(), EndsWith("/last"));
  const auto found = std::find(order.begin(), order.end(), "/few");
  EXPECT_NE(found, order.end());
  return static_cast<std::size_t>(found - order.begin());
}

TEST(connection_limits, many_requests_at_once_are_answered_one_in_each_turn) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += get_of("/many");
  EXPECT_LT(answered_before_another(text), 20U);
}

// Each of them fills the buffer that is read into, so that nothing of the next is left in it.
TEST(connection_limits, requests_that_fill_the_buffer_are_answered_one_in_each_turn) {
  constexpr std::size_t buffer_size = 4096;
  const auto padding = buffer_size - get_of("/many", "X: \r\n").size();
  const auto one = get_of("/many", "X: " + std::string(padding, 'x') + "\r\n");
  ASSERT_EQ(one.size(), buffer_size);
  std::string text;
  // No more than the system takes while nobody reads.
  for (int i = 0; i < 14; ++i) text += one;
  EXPECT_LT(answered_before_another(text), 10U);
}

TEST(connection_limits, holds_to_its_bound_of_connections_of_one_client) {
  recorded_refusals refused;
  server_settings settings;
  settings.connections_per_client = 2;
  settings.refused = refused.recorder();
  test_server running{answer_path, settings, 2};
  client first{running.endpoint()};
  auto second = std::make_unique<client>(running.endpoint());
  for (auto* one : {&first, second.get()}) {
    one->send(get_of("/1"));
    one->read_past("/1");
  }
  EXPECT_FALSE(is_served(running.endpoint()));
  EXPECT_THAT(refused.all(), testing::ElementsAre("127.0.0.1 too_many_connections"));
  second.reset();
  while (running.server().open_connections() != 1) std::this_thread::yield();
  EXPECT_TRUE(is_served(running.endpoint()));
}

}  // namespace
}  // namespace latchkey::server
