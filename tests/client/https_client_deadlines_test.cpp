// How long https_client waits, and for whom it does not.
#include "client/fetching.hpp"
#include "support/full_queue.hpp"

#include <latchkey/net/errc.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace latchkey::client {
namespace {

using namespace std::chrono_literals;
using support::raw_server;

TEST(https_client, keeps_to_the_total_deadline) {
  raw_server silent{[](raw_server::socket& peer) { raw_server::read_to_end(peer); }};
  EXPECT_EQ(fetch(plain_client(), url_of(silent), 200ms).error(), net::errc::timeout);
  EXPECT_EQ(fetch(plain_client(), "https://127.0.0.1:" + silent.port() + "/", 200ms).error(),
            net::errc::timeout)
      << "within the TLS handshake";

  // Each byte comes soon enough; all of them do not.
  const auto drip = [](const std::string& text) {
    return [text](raw_server::socket& peer) {
      raw_server::read_head(peer);
      for (const char c : text) {
        if (!raw_server::send(peer, {&c, 1}) || raw_server::gone(peer, 20ms)) return;
      }
    };
  };
  raw_server drips_head{drip("HTTP/1.1 200 OK\r\nX: " + std::string(2000, 'x'))};
  EXPECT_EQ(fetch(plain_client(), url_of(drips_head), 300ms).error(), net::errc::timeout);
  raw_server drips_body{drip("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x'))};
  EXPECT_EQ(fetch(plain_client(), url_of(drips_body), 600ms).error(), net::errc::timeout);
  EXPECT_EQ(fetch(plain_client(), url_of(silent), -1s).error(), net::errc::timeout)
      << "passed before";
}

TEST(https_client, keeps_to_the_deadlines_while_it_connects) {
  const support::full_queue stuck;
  const auto url = "http://127.0.0.1:" + std::to_string(stuck.endpoint().port()) + "/";
  https_client_settings settings;
  settings.connect_timeout = 150ms;
  const auto start = core::steady_time::clock::now();
  EXPECT_EQ(fetch(https_client{settings}, url, 30s).error(), net::errc::timeout);
  EXPECT_LT(core::steady_time::clock::now() - start, 10s) << "its own limit came first";
  settings.connect_timeout = 30s;
  EXPECT_EQ(fetch(https_client{settings}, url, 150ms).error(), net::errc::timeout);
}

TEST(https_client, says_when_nobody_listens) {
  std::string url;
  {
    const raw_server ended{[](raw_server::socket&) {}};
    url = url_of(ended);
  }
  EXPECT_EQ(fetch(plain_client(), url).error(), boost::asio::error::connection_refused);
}

}  // namespace
}  // namespace latchkey::client
