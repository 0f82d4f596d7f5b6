// What a server does to simulate a provider that is down or broken: it stops listening, presents
// another certificate, or hands a connection over.
#include "support/client.hpp"
#include "support/pki.hpp"
#include "support/temporary.hpp"
#include "support/test_server.hpp"

#include <latchkey/server/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <string>

namespace latchkey::server {
namespace {

using support::client;
using support::test_server;
using testing::EndsWith;
using testing::HasSubstr;

async::task<http::response> plain_answer(http::context&) {
  co_return http::response::text(http::status::ok, "text/plain", "sound");
}

std::string get(const std::string& fields = "Connection: close\r\n") {
  return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

using callback = std::function<void(core::error_code)>;

template <class Begin>
core::error_code done(Begin begin) {
  std::promise<core::error_code> told;
  auto outcome = told.get_future();
  begin(callback{[&told](core::error_code error) { told.set_value(error); }});
  return outcome.get();
}

bool is_refused(const client::endpoint& to) {
  try {
    client one{to};
  } catch (const boost::system::system_error& error) {
    return error.code() == boost::asio::error::connection_refused;
  }
  return false;
}

bool is_sound(const client::endpoint& to) {
  client one{to};
  one.send(get());
  return one.read_to_end().ends_with("sound");
}

class paused_server : public testing::TestWithParam<std::size_t> {};

TEST_P(paused_server, refuses_until_it_resumes) {
  test_server running{plain_answer, {}, GetParam()};
  auto& server = running.server();
  const auto where = running.endpoint();
  client early{where};
  early.send(get(""));
  early.read_past("sound");
  for (int round = 0; round < 5; ++round) {
    EXPECT_FALSE(done([&](callback told) { server.pause(std::move(told)); }));
    EXPECT_TRUE(is_refused(where));
    EXPECT_FALSE(done([&](callback told) { server.pause(std::move(told)); })) << "no harm in that";
    EXPECT_TRUE(is_refused(where));
    EXPECT_FALSE(done([&](callback told) { server.resume(std::move(told)); }));
    for (int i = 0; i < 8; ++i) EXPECT_TRUE(is_sound(where));
  }
  early.send(get());
  EXPECT_THAT(early.read_to_end(), EndsWith("sound")) << "an open connection stays open";
  EXPECT_EQ(server.accepted_connections(), 41U);
}

INSTANTIATE_TEST_SUITE_P(threads, paused_server, testing::Values(1U, 3U));

TEST(paused_server, keeps_its_port_from_who_does_not_share) {
  test_server running{plain_answer};
  EXPECT_FALSE(done([&](callback told) { running.server().pause(std::move(told)); }));
  boost::asio::io_context io;
  boost::asio::ip::tcp::acceptor other{io, boost::asio::ip::tcp::v4()};
  boost::system::error_code error;
  other.bind(running.endpoint(), error);
  EXPECT_EQ(error, boost::asio::error::address_in_use);
}

TEST(paused_server, drains) {
  test_server running{plain_answer};
  EXPECT_FALSE(done([&](callback told) { running.server().pause(std::move(told)); }));
  auto ended = running.drain(std::chrono::seconds{5});
  EXPECT_EQ(ended.wait_for(std::chrono::seconds{5}), std::future_status::ready);
}

std::string presented_by(const client::endpoint& to) {
  using namespace boost::asio;
  io_context io;
  ssl::context context{ssl::context::tls_client};
  ssl::stream<ip::tcp::socket> stream{io, context};
  stream.next_layer().connect(to);
  stream.handshake(ssl::stream_base::client);
  const std::unique_ptr<X509, decltype(&X509_free)> own{
      SSL_get1_peer_certificate(stream.native_handle()), X509_free};
  auto* memory = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(memory, own.get());
  return support::detail::take(memory);
}

TEST(server_tls, can_present_another_certificate) {
  const support::temporary_folder folder;
  const auto context_of = [&](const support::certificate& made, const std::string& name) {
    return std::make_shared<const net::tls_context>(net::tls_files{
        folder.write(name + ".pem", made.pem), folder.write(name + ".key", made.key_pem)});
  };
  const auto first = support::make_certificate();
  const auto second = support::make_certificate();
  server_settings how;
  how.tls = context_of(first, "first");
  test_server running{plain_answer, how, 2};
  auto& server = running.server();
  const auto where = running.endpoint();
  client early{where};
  early.start_tls();
  EXPECT_EQ(presented_by(where), first.pem);
  const auto other = context_of(second, "second");
  EXPECT_FALSE(done([&](callback told) { server.use_tls(other, std::move(told)); }));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(presented_by(where), second.pem);
  early.send(get());
  EXPECT_THAT(early.read_to_end(), EndsWith("sound"));
  EXPECT_FALSE(done([&](callback told) { server.use_tls(how.tls, std::move(told)); }));
  EXPECT_EQ(presented_by(where), first.pem);
  EXPECT_THROW(server.use_tls(nullptr), std::invalid_argument);
  test_server plain{plain_answer};
  EXPECT_THROW(plain.server().use_tls(other), std::invalid_argument);
}

TEST(server_tls, asks_nobody_for_certificates_without_it) {
  const support::temporary_folder folder;
  const auto rules = std::make_shared<const net::client_rules>(net::client_rules_settings{
      net::client_auth::required, folder.write("ca.pem", support::make_certificate().pem), {}});
  test_server plain{plain_answer};
  auto next = std::make_shared<site>();
  next->pipeline = plain_answer;
  next->terms = {{.clients = rules}};
  EXPECT_THROW(plain.server().use(next), std::invalid_argument);
}

struct echo {
  async::task<> operator()(http::byte_stream& to) const {
    co_await to.write("hello ");
    std::array<char, 100> piece;
    for (;;) {
      const auto got = co_await to.read_some(piece);
      if (got.has_error() || *got == 0) co_return;
      co_await to.write({piece.data(), *got});
    }
  }
};

struct impatient {
  async::task<> operator()(http::byte_stream& to) const {
    std::array<char, 100> piece;
    to.read_until(core::deadline{core::steady_time::clock::now() + std::chrono::milliseconds{10}});
    const auto late = co_await to.read_some(piece);
    const bool in_time = late.has_error() && late.error() == boost::system::errc::timed_out;
    to.read_until(core::deadline{});
    co_await to.write(in_time ? "late " : "?");
    const auto got = co_await to.read_some(piece);
    if (got.has_value()) co_await to.write({piece.data(), *got});
  }
};

struct by_reset {
  async::task<> operator()(http::byte_stream& to) const {
    co_await to.write("HTTP/1.1 200 OK\r\n");
    to.reset();
  }
};

struct by_close {
  async::task<> operator()(http::byte_stream& to) const {
    co_await to.write("partly");
    to.close();
    const auto error = co_await to.write("never");
    EXPECT_TRUE(error);
  }
};

template <class Taker>
http::handler handing_over_to() {
  return [](http::context&) -> async::task<http::response> {
    http::response answer;
    answer.body = http::tunnel{Taker{}};
    co_return answer;
  };
}

TEST(tunnel, has_the_connection_to_itself) {
  test_server running{handing_over_to<echo>()};
  client one{running.endpoint()};
  one.send(get("") + "early ");
  EXPECT_EQ(one.read_past("early "), "hello early ");
  one.send("later");
  EXPECT_EQ(one.read_past("later"), "later");
  boost::system::error_code ignored;
  one.socket().shutdown(boost::asio::socket_base::shutdown_send, ignored);
  EXPECT_EQ(one.read_to_end(), "");
  EXPECT_TRUE(one.ended_orderly());
}

TEST(tunnel, works_over_tls) {
  const support::temporary_folder folder;
  const auto made = support::make_certificate();
  server_settings how;
  how.tls = std::make_shared<const net::tls_context>(
      net::tls_files{folder.write("a.pem", made.pem), folder.write("a.key", made.key_pem)});
  test_server running{handing_over_to<echo>(), how};
  client one{running.endpoint()};
  one.start_tls();
  one.send(get(""));
  one.read_past("hello ");
  one.send("secret");
  EXPECT_EQ(one.read_past("secret"), "secret");
}

TEST(tunnel, goes_on_after_a_deadline) {
  test_server running{handing_over_to<impatient>()};
  client one{running.endpoint()};
  one.send(get(""));
  EXPECT_EQ(one.read_past("late "), "late ");
  one.send("more");
  EXPECT_EQ(one.read_to_end(), "more");
}

TEST(tunnel, can_end_by_a_reset_or_an_end) {
  test_server resetting{handing_over_to<by_reset>()};
  client one{resetting.endpoint()};
  one.send(get());
  EXPECT_EQ(one.read_to_end(), "HTTP/1.1 200 OK\r\n");
  EXPECT_FALSE(one.ended_orderly());
  test_server closing{handing_over_to<by_close>()};
  client other{closing.endpoint()};
  other.send(get());
  EXPECT_EQ(other.read_to_end(), "partly");
  EXPECT_TRUE(other.ended_orderly());
}

TEST(tunnel, ends_with_a_drain_at_the_latest) {
  test_server running{handing_over_to<echo>()};
  client one{running.endpoint()};
  one.send(get(""));
  one.read_past("hello ");
  auto ended = running.drain(std::chrono::milliseconds{50});
  EXPECT_EQ(ended.wait_for(std::chrono::seconds{5}), std::future_status::ready);
}

}  // namespace
}  // namespace latchkey::server
