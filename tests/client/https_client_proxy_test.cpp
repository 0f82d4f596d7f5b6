// How https_client reaches a provider through a proxy.
#include "client/fetching.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/net/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <poll.h>
#include <string>
#include <utility>

namespace latchkey::client {
namespace {

using namespace std::chrono_literals;
using support::raw_server;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A proxy that answers CONNECT with `answer` and, where that is a success, passes bytes on.
class proxy {
 public:
  explicit proxy(std::string answer) : answer_{std::move(answer)}, server_{script()} {}
  proxy_settings settings(const std::string& user = {}) const {
    return {"http://" + user + "127.0.0.1:" + server_.port(), {}};
  }
  std::string asked;
  int connections() const { return server_.connections(); }

 private:
  raw_server::script script() {
    return [this](raw_server::socket& client) {
      asked = raw_server::read_head(client);
      raw_server::send(client, answer_);
      if (answer_.find(" 200 ") == std::string::npos) return;
      const auto colon = asked.find(':');
      const auto port = static_cast<unsigned short>(std::stoi(asked.substr(colon + 1)));
      raw_server::socket target{client.get_executor()};
      boost::system::error_code error;
      target.connect({boost::asio::ip::address_v4::loopback(), port}, error);
      while (!error) pass(client, target, error);
    };
  }
  static void pass(raw_server::socket& a, raw_server::socket& b, boost::system::error_code& error) {
    std::array<::pollfd, 2> ready{{{a.native_handle(), POLLIN, 0}, {b.native_handle(), POLLIN, 0}}};
    ::poll(ready.data(), ready.size(), 5000);
    std::array<char, 4096> bytes;
    auto& from = ready[0].revents != 0 ? a : b;
    auto& to = ready[0].revents != 0 ? b : a;
    const auto size = from.read_some(boost::asio::buffer(bytes), error);
    if (!error) boost::asio::write(to, boost::asio::buffer(bytes, size), error);
  }

  std::string answer_;
  raw_server server_;
};

class proxies_over_tls : public over_tls {};

TEST_F(proxies_over_tls, are_gone_through_to_check_the_provider_itself) {
  const auto made = support::make_certificate();
  server::server_settings serving;
  serving.tls = tls_of(made);
  support::test_server running{[](http::context&) { return answer(); }, serving};
  const auto port = std::to_string(running.endpoint().port());
  proxy between{"HTTP/1.1 200 Connected\r\n\r\n"};
  auto settings = trusting(made);
  settings.proxy = between.settings("user:pass@");
  const auto got = get(https_client{settings}, {"https://localhost:" + port + "/", {}});
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->body, "{}");
  EXPECT_THAT(between.asked, StartsWith("CONNECT localhost:" + port + " HTTP/1.1\r\n"));
  EXPECT_THAT(between.asked, HasSubstr("\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n"));

  settings.proxy.no_proxy = "localhost";
  EXPECT_TRUE(get(https_client{settings}, {"https://localhost:" + port + "/", {}}).has_value());
  EXPECT_EQ(between.connections(), 1) << "the second one went directly";

  settings = trusting(support::make_certificate());
  settings.proxy = between.settings();
  EXPECT_TRUE(get(https_client{settings}, {"https://localhost:" + port + "/", {}}).has_error());
  EXPECT_THAT(between.asked, Not(HasSubstr("Proxy-Authorization")));
}

TEST(proxies, that_do_not_connect_are_an_error) {
  for (const std::string answer :
       {"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "HTTP/1.1 302 Found\r\n\r\n",
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 200 OK\r\n\r\nand more that is not TLS"}) {
    raw_server server{[&](raw_server::socket& peer) {
      raw_server::read_head(peer);
      raw_server::send(peer, answer);
      raw_server::gone(peer, 2s);
    }};
    https_client_settings settings;
    settings.proxy.url = "http://127.0.0.1:" + server.port();
    EXPECT_EQ(get(https_client{settings}, {"https://idp.example/", {}}).error(),
              errc::proxy_refused)
        << answer;
  }
}

// What a proxy makes of CONNECT by such an answer.
core::error_code answered_by_proxy(const std::string& answer) {
  raw_server server{[&](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, answer);
  }};
  https_client_settings settings;
  settings.proxy.url = "http://127.0.0.1:" + server.port();
  return get(https_client{settings}, {"https://idp.example/", {}}).error();
}

TEST(proxies, are_read_as_strictly_as_others) {
  EXPECT_EQ(answered_by_proxy("HTTP/2.0 200 OK\r\n\r\n"), http1::errc::bad_version);
  EXPECT_EQ(answered_by_proxy("HTTP/1.1 200 OK\nA: b\n\n"), http1::errc::bad_line_end);
  EXPECT_EQ(answered_by_proxy("HTTP/1.1 200 OK\r\nA : b\r\n\r\n"), http1::errc::bad_field);
  EXPECT_EQ(answered_by_proxy("hello"), http1::errc::bad_status_line);
  EXPECT_EQ(answered_by_proxy(""), http1::errc::no_response);
  EXPECT_EQ(answered_by_proxy("HTTP/1.1 200 OK\r\n"), http1::errc::truncated);
  EXPECT_EQ(answered_by_proxy("HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 403 No\r\n\r\n"),
            errc::proxy_refused);
}

TEST(proxies, are_under_the_connect_timeout_and_bounded) {
  raw_server silent{[](raw_server::socket& peer) { raw_server::read_to_end(peer); }};
  https_client_settings settings;
  settings.connect_timeout = 150ms;
  settings.proxy.url = "http://127.0.0.1:" + silent.port();
  EXPECT_EQ(get(https_client{settings}, {"https://idp.example/", {}}).error(), net::errc::timeout);

  raw_server endless{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\n");
    while (raw_server::send(peer, "X: " + std::string(1000, 'x') + "\r\n")) {
    }
  }};
  settings.connect_timeout = 5s;
  settings.proxy.url = "http://127.0.0.1:" + endless.port();
  EXPECT_EQ(get(https_client{settings}, {"https://idp.example/", {}}).error(),
            errc::answer_too_large);
}

TEST(proxies, are_not_led_inside_either) {
  https_client_settings settings;
  settings.refuse_internal = true;
  raw_server server{[](raw_server::socket&) {}};
  settings.proxy.url = "http://127.0.0.1:" + server.port();
  for (const std::string host :
       {"169.254.169.254", "localhost", "LocalHost", "localhost.", "a.LOCALHOST.", "[fe80::1]",
        "[::ffff:127.0.0.1]", "metadata.google.internal"}) {
    EXPECT_EQ(get(https_client{settings}, {"https://" + host + "/", {}}).error(),
              errc::internal_address)
        << host;
  }
  for (const std::string host : {"2130706433", "127.1", "0xa9fea9fe", "0177.0.0.1", "127.0.0.1.",
                                 "%6cocalhost", "127%2e0.0.1", "[fe80::1%251]"}) {
    EXPECT_EQ(get(https_client{settings}, {"https://" + host + "/", {}}).error(), errc::bad_url)
        << host;
  }
  EXPECT_EQ(server.connections(), 0);
}

TEST(proxies, are_judged_where_they_would_be_used) {
  raw_server server{[](raw_server::socket& peer) { raw_server::read_head(peer); }};
  https_client_settings settings;
  settings.proxy.url = "https://proxy.example:3129";
  settings.proxy.no_proxy = "127.0.0.1";
  const https_client client{settings};
  EXPECT_EQ(get(client, {"https://localhost:" + server.port() + "/", {}}).error(), errc::bad_proxy);
  EXPECT_EQ(server.connections(), 0);
  EXPECT_EQ(get(client, {"https://127.0.0.1:" + server.port() + "/", {}}, 200ms).error(),
            net::errc::timeout)
      << "went there, to one that shakes no hands";
  EXPECT_EQ(server.connections(), 1);
}

}  // namespace
}  // namespace latchkey::client
