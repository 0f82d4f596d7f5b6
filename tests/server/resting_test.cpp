#include "support/client.hpp"
#include "support/pki.hpp"
#include "support/temporary.hpp"
#include "support/test_server.hpp"
#include "support/tls_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <poll.h>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::server {
namespace {

using namespace std::chrono_literals;
using support::client;
using support::test_server;
using testing::EndsWith;

// Longer than a session waits before it rests, with a tick of the timers.
constexpr int until_it_rests = 300;

async::task<http::response> answer(http::context& ctx) {
  co_return http::response::text(http::status::ok, "text/plain", std::string{ctx.target.path});
}

const std::string ask = "GET /here HTTP/1.1\r\nHost: a\r\n\r\n";

// Whether the server neither said anything nor ended the connection meanwhile.
bool is_silent(client& one) {
  ::pollfd watched{one.socket().native_handle(), POLLIN, 0};
  return ::poll(&watched, 1, until_it_rests) == 0;
}

server_settings idle_for(std::chrono::milliseconds idle) {
  server_settings settings;
  settings.session.timeouts.idle = idle;
  return settings;
}

TEST(resting, goes_on_with_every_request_that_comes) {
  test_server running{answer};
  client one{running.endpoint()};
  EXPECT_TRUE(is_silent(one)) << "before the first";
  for (int i = 0; i < 3; ++i) {
    one.send(ask);
    EXPECT_THAT(one.read_past("/here"), EndsWith("/here"));
    EXPECT_TRUE(is_silent(one));
  }
  EXPECT_EQ(running.server().open_connections(), 1U);
  EXPECT_EQ(running.server().accepted_connections(), 1U);
}

TEST(resting, goes_on_with_a_head_that_comes_byte_by_byte) {
  test_server running{answer};
  client one{running.endpoint()};
  EXPECT_TRUE(is_silent(one));
  for (const char byte : ask) one.send({&byte, 1});
  EXPECT_THAT(one.read_past("/here"), EndsWith("/here"));
}

TEST(resting, ends_when_its_time_has_passed) {
  test_server running{answer, idle_for(500ms)};
  client one{running.endpoint()};
  const auto begun = std::chrono::steady_clock::now();
  one.send(ask);
  one.read_past("/here");
  EXPECT_EQ(one.read_to_end(), "");
  EXPECT_TRUE(one.ended_orderly());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 500ms);
  while (running.server().open_connections() != 0) std::this_thread::yield();
  EXPECT_EQ(running.server().totals().closed[static_cast<std::size_t>(close_reason::idle)], 1U);
}

TEST(resting, ends_with_its_client) {
  test_server running{answer};
  {
    client one{running.endpoint()};
    one.send(ask);
    one.read_past("/here");
    EXPECT_TRUE(is_silent(one));
  }
  while (running.server().open_connections() != 0) std::this_thread::yield();
  EXPECT_EQ(running.server().totals().closed[static_cast<std::size_t>(close_reason::client)], 1U);
}

TEST(resting, is_drained_at_once) {
  test_server running{answer};
  client one{running.endpoint()};
  one.send(ask);
  one.read_past("/here");
  EXPECT_TRUE(is_silent(one));
  auto drained = running.drain(60s);
  EXPECT_EQ(one.read_to_end(), "");
  EXPECT_EQ(drained.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(running.server().totals().closed[static_cast<std::size_t>(close_reason::drain)], 1U);
}

TEST(resting, answers_its_first_request_while_the_server_ends) {
  test_server running{answer};
  client one{running.endpoint()};
  EXPECT_TRUE(is_silent(one));
  auto drained = running.drain(60s);
  one.send(ask);
  EXPECT_THAT(one.read_to_end(), EndsWith("/here"));
  EXPECT_EQ(drained.wait_for(20s), std::future_status::ready);
}

TEST(resting, makes_room_for_others) {
  server_settings settings;
  settings.connections = 1;
  settings.when_full = when_full::close_idle;
  settings.min_idle = 100ms;
  test_server running{answer, settings};
  client first{running.endpoint()};
  first.send(ask);
  first.read_past("/here");
  EXPECT_TRUE(is_silent(first));
  client second{running.endpoint()};
  second.send(ask);
  EXPECT_THAT(second.read_past("/here"), EndsWith("/here"));
  EXPECT_EQ(first.read_to_end(), "");
}

TEST(resting, is_let_go_with_the_server) {
  auto running = std::make_unique<test_server>(answer, server_settings{}, 2);
  std::vector<std::unique_ptr<client>> all;
  for (int i = 0; i < 4; ++i) {
    all.push_back(std::make_unique<client>(running->endpoint()));
    all.back()->send(ask);
    all.back()->read_past("/here");
  }
  EXPECT_TRUE(is_silent(*all.back()));
  running.reset();
  for (auto& one : all) EXPECT_EQ(one->read_to_end(), "");
}

TEST(resting, bears_new_keys_and_a_farewell_over_tls) {
  const support::temporary_folder folder;
  const auto made = support::make_certificate();
  server_settings settings;
  settings.tls = std::make_shared<net::tls_context>(net::tls_files{
      folder.write("server.pem", made.pem), folder.write("server.key", made.key_pem)});
  test_server running{answer, settings};
  client waits{running.endpoint()};
  {
    support::tls_peer one{running.endpoint(), TLS1_3_VERSION};
    for (int i = 0; i < 2; ++i) {
      EXPECT_TRUE(is_silent(waits));
      EXPECT_TRUE(one.update_keys());
      EXPECT_TRUE(is_silent(waits)) << "it has been read by now";
      EXPECT_TRUE(one.send(ask));
      EXPECT_THAT(one.read_some(), EndsWith("/here"));
    }
    EXPECT_TRUE(is_silent(waits));
  }
  auto drained = running.drain(60s);
  waits.socket().close();
  EXPECT_EQ(drained.wait_for(20s), std::future_status::ready);
}

}  // namespace
}  // namespace latchkey::server
