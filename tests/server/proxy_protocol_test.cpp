// Connections that come through proxies which say whose they are: by the PROXY protocol, and by
// X-Forwarded-For.
#include "support/client.hpp"

#include <latchkey/async/io_pool.hpp>
#include <latchkey/server/server.hpp>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace latchkey::server {
namespace {

using namespace std::chrono_literals;
using support::client;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

const std::string header = "PROXY TCP4 192.0.2.1 198.51.100.2 8080 443\r\n";

std::string get(const std::string& fields = "") {
  return "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + "\r\n";
}

// Says who is thought to ask.
async::task<http::response> whoami(http::context& ctx) {
  std::string text = "peer " + std::string{ctx.peer} + " hop " + std::string{ctx.hop};
  text += " client " + std::string{ctx.client} + (ctx.trusted_peer ? " trusted" : " untrusted");
  text += " port " + std::to_string(ctx.link->local_port());
  co_return http::response::text(http::status::ok, "text/plain", text);
}

std::shared_ptr<site> with_terms(std::vector<listener_terms> terms,
                                 const std::vector<const char*>& trusted = {"127.0.0.1"}) {
  auto made = std::make_shared<site>();
  made->pipeline = whoami;
  made->terms = std::move(terms);
  for (const auto* const one : trusted) {
    made->trusted_proxies.push_back(*net::network::parse(one));
  }
  return made;
}

// Two listeners: an ordinary one, and one for proxies.
class behind_proxies : public testing::Test {
 protected:
  behind_proxies() : behind_proxies{server_settings{}} {}
  explicit behind_proxies(server_settings settings)
      : server_{pool_, addresses(), recording(std::move(settings)), first(), core::system_clock()} {
    server_.start();
    pool_.run();
  }
  ~behind_proxies() override {
    pool_.stop();
    pool_.join();
  }

  static std::vector<listen_address> addresses() {
    const auto any = parse_endpoint("127.0.0.1:0");
    return {{any, 0}, {any, 1}};
  }
  static std::shared_ptr<site> first() {
    auto made = with_terms({{}, {true}});
    made->session.timeouts.handshake = 300ms;
    return made;
  }
  server_settings recording(server_settings settings) {
    settings.refused = [this](const refusal& one) {
      const std::lock_guard lock{mutex_};
      refused_.push_back(std::string{one.peer} + " " + std::string{one.client} + " " +
                         one.error.message());
    };
    return settings;
  }

  async::tcp::endpoint plain() const { return server_.endpoints().at(0); }
  async::tcp::endpoint proxied() const { return server_.endpoints().at(1); }

  static std::string ask(const async::tcp::endpoint& where, const std::string& bytes,
                         const char* from = "127.0.0.1") {
    client one{where, from};
    one.send(bytes);
    return one.read_to_end();
  }
  void use(std::shared_ptr<const site> next) {
    std::promise<void> done;
    server_.use(std::move(next), [&done](core::error_code) { done.set_value(); });
    done.get_future().get();
  }
  std::vector<std::string> refused() {
    const std::lock_guard lock{mutex_};
    return refused_;
  }
  std::uint64_t failed(const std::string& reason) {
    const auto all = server_.totals().failed_handshakes;
    const auto found = all.find(reason);
    return found == all.end() ? 0 : found->second;
  }

  std::mutex mutex_;
  std::vector<std::string> refused_;
  async::io_pool pool_{1};
  server server_;
};

TEST_F(behind_proxies, the_header_says_who_the_client_is) {
  EXPECT_THAT(ask(proxied(), header + get()),
              EndsWith("peer 127.0.0.1 hop 192.0.2.1 client 192.0.2.1 untrusted port 443"));
  EXPECT_THAT(ask(proxied(), header + get("X-Forwarded-For: 203.0.113.1\r\n")),
              HasSubstr("client 192.0.2.1 untrusted"))
      << "whoever speaks through the proxy is not trusted himself";
  EXPECT_THAT(ask(proxied(), "PROXY TCP6 ::ffff:192.0.2.1 2001:db8::2 8080 443\r\n" + get()),
              HasSubstr("client 192.0.2.1 "));
  const std::string binary{
      "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xC0\0\2\1\xC6\x33\x64\2\x1F\x90\x01\xBB", 28};
  EXPECT_THAT(ask(proxied(), binary + get()), HasSubstr("client 192.0.2.1 untrusted port 443"));
}

TEST_F(behind_proxies, a_proxy_of_its_own_account_is_the_client_and_vouches_for_nobody) {
  const auto own =
      "hop 127.0.0.1 client 127.0.0.1 untrusted port " + std::to_string(proxied().port());
  const auto fields = get("X-Forwarded-For: 192.0.2.7\r\n");
  EXPECT_THAT(ask(proxied(), "PROXY UNKNOWN\r\n" + fields), EndsWith(own));
  const std::string local{"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 16};
  EXPECT_THAT(ask(proxied(), local + fields), EndsWith(own));
}

TEST_F(behind_proxies, a_header_may_come_byte_by_byte) {
  client one{proxied()};
  one.socket().set_option(async::tcp::no_delay{true});
  for (const char c : header) one.send({&c, 1});
  one.send(get());
  EXPECT_THAT(one.read_to_end(), HasSubstr("client 192.0.2.1"));
}

TEST_F(behind_proxies, no_header_no_service) {
  EXPECT_EQ(ask(proxied(), get()), "");
  EXPECT_EQ(ask(proxied(), "PROXY TCP4 192.0.2.1\r\n" + get()), "");
  EXPECT_EQ(ask(proxied(), header.substr(0, 20)), "") << "the handshake's deadline ends it";
  EXPECT_THAT(refused(), ElementsAre("127.0.0.1 127.0.0.1 proxy_header_missing",
                                     "127.0.0.1 127.0.0.1 proxy_header_invalid",
                                     "127.0.0.1 127.0.0.1 timeout"));
  EXPECT_EQ(failed("proxy_header_missing"), 1U);
  EXPECT_EQ(failed("proxy_header_invalid"), 1U);
  EXPECT_EQ(failed("timeout"), 1U);
}

TEST_F(behind_proxies, nobody_else_may_say_so) {
  EXPECT_EQ(ask(proxied(), header + get(), "127.0.0.2"), "");
  EXPECT_THAT(refused(), ElementsAre("127.0.0.2 127.0.0.2 untrusted_proxy"));
  EXPECT_EQ(failed("untrusted_proxy"), 1U);
  EXPECT_THAT(ask(plain(), header + get()), HasSubstr("400 Bad Request"))
      << "nor where none is asked for";
}

TEST_F(behind_proxies, fields_of_a_trusted_proxy_say_who_the_client_is) {
  const auto fields = get("X-Forwarded-For: 203.0.113.1, 192.0.2.7, 127.0.0.1\r\n");
  EXPECT_THAT(ask(plain(), fields),
              HasSubstr("peer 127.0.0.1 hop 127.0.0.1 client 192.0.2.7 trusted"));
  EXPECT_THAT(ask(plain(), get()), HasSubstr("client 127.0.0.1 trusted"));
  EXPECT_THAT(ask(plain(), fields, "127.0.0.2"),
              HasSubstr("peer 127.0.0.2 hop 127.0.0.2 client 127.0.0.2 untrusted"));
  EXPECT_THAT(ask(proxied(), "PROXY TCP4 127.0.0.1 198.51.100.2 8080 443\r\n" + fields),
              HasSubstr("client 192.0.2.7 trusted"))
      << "a proxy of HTTP behind one of TCP";
  use(with_terms({{}, {true}}, {}));
  EXPECT_THAT(ask(plain(), fields), HasSubstr("client 127.0.0.1 untrusted")) << "nobody is trusted";
}

TEST_F(behind_proxies, terms_change_while_it_listens) {
  use(with_terms({{true}, {}}));
  EXPECT_THAT(ask(plain(), header + get()), HasSubstr("client 192.0.2.1"));
  EXPECT_THAT(ask(proxied(), get()), HasSubstr("client 127.0.0.1"));
  EXPECT_THROW(server_.use(with_terms({{}})), std::invalid_argument) << "of one listener alone";
  std::promise<void> done;
  server_.use(with_terms({{}}), {{parse_endpoint("127.0.0.1:0"), 0}},
              [&done](core::error_code) { done.set_value(); });
  done.get_future().get();
  EXPECT_EQ(server_.endpoints().size(), 1U);
  EXPECT_THAT(ask(plain(), get()), HasSubstr("client 127.0.0.1"));
}

// It has been accepted when the listener goes, and is looked at when the site has its terms no
// longer, but others in their place.
TEST_F(behind_proxies, who_comes_as_a_listener_goes_is_met_by_its_terms) {
  std::promise<void> held;
  std::promise<void> freed;
  boost::asio::post(pool_.at(0), [&] {
    held.set_value();
    freed.get_future().wait();
  });
  held.get_future().wait();
  client one{proxied()};
  std::promise<void> done;
  server_.use(with_terms({{}, {}}), {addresses().front()},
              [&done](core::error_code) { done.set_value(); });
  freed.set_value();
  done.get_future().wait();
  one.send(get());
  EXPECT_THAT(one.read_to_end(), testing::Not(HasSubstr("peer")));
}

TEST_F(behind_proxies, a_connection_keeps_the_terms_it_began_with) {
  client one{proxied()};
  one.send(header.substr(0, 10));
  client other{plain()};
  other.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  other.read_past("port");
  use(with_terms({{true}, {}}));
  one.send(header.substr(10) + get());
  EXPECT_THAT(one.read_to_end(), HasSubstr("client 192.0.2.1"));
  other.send(get());
  EXPECT_THAT(other.read_to_end(), HasSubstr("client 127.0.0.1"));
}

class behind_proxies_with_a_bound : public behind_proxies {
 protected:
  static server_settings bounded() {
    server_settings made;
    made.connections_per_client = 1;
    return made;
  }
  behind_proxies_with_a_bound() : behind_proxies{bounded()} {}
};

TEST_F(behind_proxies_with_a_bound, connections_are_their_clients) {
  const auto begin = [this](const std::string& address) {
    auto made = std::make_unique<client>(proxied());
    made->send("PROXY TCP4 " + address + " 198.51.100.2 8080 443\r\n" +
               "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    return made;
  };
  const auto first = begin("192.0.2.1");
  EXPECT_THAT(first->read_past("port"), HasSubstr("client 192.0.2.1"));
  const auto second = begin("192.0.2.2");
  EXPECT_THAT(second->read_past("port"), HasSubstr("client 192.0.2.2"));
  const auto third = begin("192.0.2.1");
  EXPECT_EQ(third->read_to_end(), "");
  EXPECT_THAT(refused(), ElementsAre("127.0.0.1 192.0.2.1 too_many_connections"));
}

}  // namespace
}  // namespace latchkey::server
