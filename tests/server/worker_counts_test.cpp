// What is counted of connections: what they ended by, and their handshakes.
#include "support/client.hpp"
#include "support/pki.hpp"
#include "support/temporary.hpp"
#include "support/test_server.hpp"
#include "support/tls_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

namespace latchkey::server {
namespace {

using namespace std::chrono_literals;
using support::client;
using support::test_server;
using testing::HasSubstr;

// "/hold" is answered once the client has gone.
async::task<http::response> answer(http::context& ctx) {
  if (ctx.target.path == "/throw") throw std::runtime_error{"bug"};
  if (ctx.target.path == "/hold") {
    async::timer gone{ctx.executor, core::steady_time::max()};
    ctx.link->on_peer_closed([&gone] { gone.cancel(); });
    core::error_code ignored;
    co_await gone.async_wait(async::use_task_with(ignored));
  }
  co_return http::response::text(http::status::ok, "text/plain", std::string{ctx.target.path});
}

std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

template <class Check>
server_totals await(test_server& running, const Check& enough) {
  const auto until = core::steady_time::clock::now() + 8s;
  auto seen = running.server().totals();
  while (!enough(seen) && core::steady_time::clock::now() < until) {
    std::this_thread::yield();
    seen = running.server().totals();
  }
  return seen;
}

std::uint64_t closed(const server_totals& of, close_reason why) {
  return of.closed[static_cast<std::size_t>(why)];
}

void expect_closed(test_server& running, close_reason why) {
  const auto seen =
      await(running, [why](const server_totals& now) { return closed(now, why) == 1; });
  EXPECT_EQ(closed(seen, why), 1U) << to_string(why);
  EXPECT_EQ(seen.accepted, 1U);
  EXPECT_EQ(seen.open, 0U);
  EXPECT_EQ(seen.in_flight, 0U);
}

server_settings impatient() {
  constexpr auto soon = 150ms;
  server_settings settings;
  settings.session.timeouts = {soon, soon, soon, soon, soon};
  return settings;
}

TEST(worker_counts, the_client_ended_it) {
  test_server running{answer};
  {
    client one{running.endpoint()};
    one.send(get("/"));
    one.read_past("\r\n\r\n/");
    EXPECT_EQ(running.server().totals().open, 1U);
  }
  expect_closed(running, close_reason::client);
}

TEST(worker_counts, nothing_came_in_time) {
  test_server running{answer, impatient()};
  client one{running.endpoint()};
  one.read_to_end();
  expect_closed(running, close_reason::idle);
}

TEST(worker_counts, the_client_asked_for_the_end) {
  test_server running{answer};
  client one{running.endpoint()};
  one.send(get("/", "Connection: close\r\n"));
  one.read_to_end();
  one.socket().close();
  expect_closed(running, close_reason::answered);
}

TEST(worker_counts, a_head_was_refused) {
  test_server running{answer};
  client one{running.endpoint()};
  one.send("GET / HTTP/1.1\r\n\r\n");
  EXPECT_THAT(one.read_to_end(), HasSubstr("400"));
  one.socket().close();
  expect_closed(running, close_reason::refused);
}

TEST(worker_counts, a_request_is_under_way_until_it_is_answered) {
  test_server running{answer};
  {
    client one{running.endpoint()};
    one.send(get("/hold"));
    const auto seen = await(running, [](const server_totals& now) { return now.in_flight == 1; });
    EXPECT_EQ(seen.in_flight, 1U);
  }
  const auto seen = await(running, [](const server_totals& now) { return now.open == 0; });
  EXPECT_EQ(seen.open, 0U);
  EXPECT_EQ(seen.in_flight, 0U);
}

TEST(worker_counts, a_pipeline_threw) {
  test_server running{answer};
  client one{running.endpoint()};
  one.send(get("/throw"));
  one.read_to_end();
  expect_closed(running, close_reason::fault);
}

TEST(worker_counts, the_server_ended) {
  test_server running{answer};
  client one{running.endpoint()};
  one.send(get("/"));
  one.read_past("\r\n\r\n/");
  running.drain(5s).get();
  expect_closed(running, close_reason::drain);
}

TEST(worker_counts, a_client_had_all_it_may_have) {
  server_settings settings;
  settings.connections_per_client = 1;
  test_server running{answer, settings};
  client first{running.endpoint()};
  first.send(get("/"));
  first.read_past("\r\n\r\n/");
  client second{running.endpoint()};
  second.read_to_end();
  const auto seen = await(running, [](const server_totals& now) { return now.accepted == 2; });
  EXPECT_EQ(closed(seen, close_reason::too_many), 1U);
  EXPECT_EQ(seen.open, 1U);
}

class handshake_counts : public testing::Test {
 protected:
  server_settings tls_settings() {
    const auto made = support::make_certificate();
    auto settings = impatient();
    settings.tls = std::make_shared<const net::tls_context>(net::tls_files{
        folder_.write("server.pem", made.pem), folder_.write("server.key", made.key_pem)});
    return settings;
  }

  support::temporary_folder folder_;
};

TEST_F(handshake_counts, by_version) {
  test_server running{answer, tls_settings()};
  {
    support::tls_peer newer{running.endpoint(), TLS1_3_VERSION};
    newer.send(get("/", "Connection: close\r\n"));
    newer.read_some();
    support::tls_peer older{running.endpoint(), TLS1_2_VERSION};
    older.send(get("/", "Connection: close\r\n"));
    older.read_some();
  }
  const auto seen = running.server().totals();
  EXPECT_EQ(seen.handshakes[static_cast<std::size_t>(tls_version::tls_1_3)][0], 1U);
  EXPECT_EQ(seen.handshakes[static_cast<std::size_t>(tls_version::tls_1_2)][0], 1U);
  EXPECT_TRUE(seen.failed_handshakes.empty());
}

TEST_F(handshake_counts, that_failed_by_reason) {
  test_server running{answer, tls_settings()};
  client garbage{running.endpoint()};
  garbage.send("garbage");
  garbage.read_to_end();
  client silent{running.endpoint()};
  silent.read_to_end();
  const auto seen = await(running, [](const server_totals& now) { return now.open == 0; });
  EXPECT_EQ(seen.failed_handshakes.at("not_tls"), 1U);
  EXPECT_EQ(seen.failed_handshakes.at("timeout"), 1U);
  EXPECT_EQ(closed(seen, close_reason::handshake), 2U);
}

TEST(close_reason, has_a_name) {
  for (std::size_t i = 0; i < close_reason_count; ++i) {
    EXPECT_FALSE(to_string(static_cast<close_reason>(i)).empty());
  }
  EXPECT_EQ(to_string(close_reason::fault), "fault");
}

}  // namespace
}  // namespace latchkey::server
