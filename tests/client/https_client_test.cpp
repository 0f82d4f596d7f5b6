#include "support/full_queue.hpp"
#include "support/pki.hpp"
#include "support/raw_server.hpp"
#include "support/raw_tls.hpp"
#include "support/run.hpp"
#include "support/temporary.hpp"
#include "support/test_server.hpp"

#include <latchkey/client/errc.hpp>
#include <latchkey/client/https_client.hpp>
#include <latchkey/http1/errc.hpp>
#include <latchkey/net/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::client {
namespace {

using namespace std::chrono_literals;
using support::raw_server;
using support::test_server;
using testing::HasSubstr;
using testing::StartsWith;

// Runs one fetch to its end; fails the test if that takes much longer than it may.
core::result<http::fetched> get(const https_client& client, const std::string& url,
                                std::chrono::milliseconds limit = 5s) {
  boost::asio::io_context io;
  const auto start = core::steady_time::clock::now();
  auto got = support::run(io, client.get({url, {}}, core::deadline{start + limit}));
  EXPECT_LT(core::steady_time::clock::now() - start, limit + 2s) << url;
  return got;
}

https_client plain_client(std::size_t max_bytes = 1000) {
  https_client_settings settings;
  settings.max_bytes = max_bytes;
  return https_client{settings};
}

std::string url_of(const raw_server& server) {
  return "http://127.0.0.1:" + server.port() + "/keys";
}

// What a server answers that sends `bytes` and closes the connection.
core::result<http::fetched> get_answer(const std::string& bytes, std::size_t max_bytes = 1000) {
  raw_server server{[&](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, bytes);
  }};
  return get(plain_client(max_bytes), url_of(server));
}

TEST(https_client, refuses_urls_before_it_connects) {
  struct {
    const char* url;
    errc why;
  } const cases[] = {
      {"", errc::bad_url},
      {"/keys", errc::bad_url},
      {"ftp://127.0.0.1/", errc::bad_url},
      {"https:///keys", errc::bad_url},
      {"https://user:secret@127.0.0.1/", errc::bad_url},
      {"http://127.0.0.1@192.0.2.1/", errc::bad_url},
      {"http://127.0.0.1.example/x", errc::bad_url},
      {"https://127.0.0.1.example/x", errc::bad_url},
      {"http://127.0.0.1:80.example/", errc::bad_url},
      {"http://127.0.0.1:0/", errc::bad_url},
      {"http://127.0.0.1:65536/", errc::bad_url},
      {"http://127.0.0.1:4294967376/", errc::bad_url},
      {"http://127.0.0.1:/", errc::bad_url},
      {"http://127.0.0.1/\r\nX: y", errc::bad_url},
      {"http://127.1/", errc::bad_url},
      {"http://192.0.2.1/keys", errc::insecure_url},
      {"http://0.0.0.0/keys", errc::insecure_url},
      {"http://idp.example/keys", errc::insecure_url},
      {"http://localhost.example/keys", errc::insecure_url},
      {"http://[2001:db8::1]/keys", errc::insecure_url},
      {"http://[::ffff:127.0.0.1]/keys", errc::insecure_url},
  };
  for (const auto& [url, why] : cases) {
    EXPECT_EQ(get(plain_client(), url).error(), why) << url;
  }
}

TEST(https_client, takes_http_from_elsewhere_where_that_is_allowed) {
  https_client_settings settings;
  settings.allow_http = true;
  settings.names = net::resolver{[](const std::string&) -> core::result<net::addresses> {
    return net::addresses{boost::asio::ip::address_v4::loopback()};
  }};
  const https_client client{settings};
  raw_server server{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  }};
  const auto got = get(client, "http://idp.example:" + server.port() + "/keys");
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(get(client, "ftp://idp.example/").error(), errc::bad_url);
  EXPECT_EQ(get(client, "http://a:b@idp.example/").error(), errc::bad_url);
}

TEST(https_client, asks_and_hands_over_what_was_answered) {
  std::string asked;
  raw_server server{[&](raw_server::socket& peer) {
    asked = raw_server::read_head(peer);
    raw_server::send(peer,
                     "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nCache-Control: max-age=60\r\n"
                     "Content-Type: application/json\r\nRetry-After: 7\r\n\r\n{}");
  }};
  const auto client = plain_client();
  const auto got = get(client, "http://localhost:" + server.port() + "/a/b?c=d");
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->status, 200U);
  EXPECT_EQ(got->body, "{}");
  EXPECT_EQ(got->cache_control, "max-age=60");
  EXPECT_EQ(got->content_type, "application/json");
  EXPECT_EQ(got->retry_after, "7");
  EXPECT_THAT(asked, StartsWith("GET /a/b?c=d HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nHost: localhost:" + server.port() + "\r\n"));
  EXPECT_THAT(asked, HasSubstr("\r\nUser-Agent: latchkey/"));
  EXPECT_THAT(asked, HasSubstr("\r\nConnection: close\r\n"));
  get(client, "http://127.0.0.1:" + server.port() + "?x");
  EXPECT_THAT(asked, StartsWith("GET /?x HTTP/1.1\r\n"));
}

TEST(https_client, joins_a_field_that_comes_twice) {
  const auto got = get_answer(
      "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 0\r\n"
      "cache-control: no-store\r\n\r\n");
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->cache_control, "max-age=60, no-store");
}

TEST(https_client, follows_no_redirect) {
  raw_server elsewhere{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen");
  }};
  for (const std::string status : {"301", "302", "303", "307", "308"}) {
    const auto got = get_answer("HTTP/1.1 " + status + " Moved\r\nLocation: " + url_of(elsewhere) +
                                "\r\nContent-Length: 0\r\n\r\n");
    ASSERT_TRUE(got.has_value()) << got.error().message();
    EXPECT_EQ(std::to_string(got->status), status);
    EXPECT_EQ(got->body, "");
  }
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST(https_client, takes_interim_answers_for_what_they_are) {
  const std::string early = "HTTP/1.1 100 Continue\r\n\r\n";
  const std::string hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nRetry-After: 9\r\n\r\n";
  const auto got = get_answer(early + hints + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->status, 200U);
  EXPECT_EQ(got->body, "{}");
  EXPECT_EQ(got->retry_after, "");
  EXPECT_TRUE(get_answer(early + hints).has_error()) << "an end before the answer";
  EXPECT_EQ(get_answer("HTTP/1.1 101 Switching Protocols\r\n\r\nwhatever").error(),
            http1::errc::unexpected_upgrade);
}

// A server that first sends `start` and then `again` for as long as somebody takes it.
core::error_code flood(const std::string& start, const std::string& again) {
  raw_server server{[&](raw_server::socket& peer) {
    raw_server::read_head(peer);
    bool taken = raw_server::send(peer, start);
    while (taken) taken = raw_server::send(peer, again);
  }};
  const auto got = get(plain_client(), url_of(server), 20s);
  return got.has_error() ? got.error() : core::error_code{};
}

TEST(https_client, takes_no_more_than_it_was_told_to) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const auto counted = [&](std::size_t size) {
    return ok + "Content-Length: " + std::to_string(size) + "\r\n\r\n" + std::string(size, 'x');
  };
  ASSERT_TRUE(get_answer(counted(1000)).has_value());
  EXPECT_EQ(get_answer(counted(1001)).error(), errc::answer_too_large);
  EXPECT_EQ(get_answer(ok + "\r\n" + std::string(1000, 'x'))->body.size(), 1000U);
  EXPECT_EQ(get_answer(ok + "\r\n" + std::string(1001, 'x')).error(), errc::answer_too_large);

  const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
  const std::string piece(1000, 'x');
  EXPECT_EQ(get_answer(chunked + "3e8\r\n" + piece + "\r\n0\r\n\r\n")->body.size(), 1000U);
  EXPECT_EQ(flood(ok + "\r\n", piece), errc::answer_too_large) << "a body without an end";
  EXPECT_EQ(flood(chunked, "10\r\n0123456789abcdef\r\n"), errc::answer_too_large);
  EXPECT_EQ(flood(chunked, "1;" + piece + "\r\nx\r\n"), errc::answer_too_large);
  EXPECT_EQ(flood(chunked + "1;", piece), errc::answer_too_large) << "an extension without an end";
  EXPECT_EQ(flood(ok, "X: " + piece + "\r\n"), errc::answer_too_large) << "fields without an end";
  EXPECT_EQ(flood(ok + "X: ", piece), errc::answer_too_large) << "a field without an end";
  EXPECT_EQ(flood("", "HTTP/1.1 100 Continue\r\n\r\n"), errc::answer_too_large)
      << "interim answers without an end";
  EXPECT_EQ(flood("HTTP/1.1 103 Early Hints\r\n", "X: " + piece + "\r\n"), errc::answer_too_large)
      << "an interim answer without an end";
  EXPECT_TRUE(flood(chunked + "0\r\n", "X: " + piece + "\r\n")) << "trailers without an end";
}

TEST(https_client, refuses_a_length_above_the_limit_before_the_body_comes) {
  raw_server server{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n");
    raw_server::read_to_end(peer);
  }};
  EXPECT_EQ(get(plain_client(), url_of(server), 300ms).error(), errc::answer_too_large);
}

TEST(https_client, refuses_an_answer_that_is_cut_off) {
  for (const std::string bytes : {
           "",
           "HTTP/1.1 200 OK\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n123",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
           "hello\r\n\r\n",
           "HTTP/2 200\r\n\r\n",
       }) {
    EXPECT_TRUE(get_answer(bytes).has_error()) << bytes;
  }
  raw_server server{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
    raw_server::reset(peer);
  }};
  EXPECT_TRUE(get(plain_client(), url_of(server)).has_error());
}

TEST(https_client, refuses_what_two_readers_could_take_for_two_things) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const struct {
    const char* name;
    std::string bytes;
    core::error_code why;
  } cases[] = {
      {"another protocol", "SSH-2.0-x\r\n", http1::errc::bad_status_line},
      {"another version", "HTTP/2.0 200 OK\r\n\r\n", http1::errc::bad_version},
      {"equal lengths", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
       http1::errc::bad_content_length},
      {"list of lengths", ok + "Content-Length: 2, 2\r\n\r\n{}", http1::errc::bad_content_length},
      {"length and chunks", ok + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       http1::errc::ambiguous_length},
      {"chunks in 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       errc::unexpected_encoding},
      {"folded", ok + "A: b\r\n c\r\nContent-Length: 2\r\n\r\n{}", http1::errc::folded_field},
      {"line feeds", "HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", http1::errc::bad_line_end},
      {"space before the colon", ok + "Content-Length : 2\r\n\r\n{}", http1::errc::bad_field},
      {"length in 204", "HTTP/1.1 204 x\r\nContent-Length: 2\r\n\r\n{}",
       http1::errc::unexpected_length},
      {"bad chunk", ok + "Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
       http1::errc::bad_chunk},
      {"nothing", "", http1::errc::no_response},
      {"half", ok + "Content-Length: 3\r\n\r\n{}", http1::errc::truncated},
  };
  for (const auto& one : cases) EXPECT_EQ(get_answer(one.bytes).error(), one.why) << one.name;
}

TEST(https_client, keeps_to_the_total_deadline) {
  raw_server silent{[](raw_server::socket& peer) { raw_server::read_to_end(peer); }};
  EXPECT_EQ(get(plain_client(), url_of(silent), 200ms).error(), net::errc::timeout);
  EXPECT_EQ(get(plain_client(), "https://127.0.0.1:" + silent.port() + "/", 200ms).error(),
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
  EXPECT_EQ(get(plain_client(), url_of(drips_head), 300ms).error(), net::errc::timeout);
  raw_server drips_body{drip("HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x'))};
  EXPECT_EQ(get(plain_client(), url_of(drips_body), 600ms).error(), net::errc::timeout);
  EXPECT_EQ(get(plain_client(), url_of(silent), -1s).error(), net::errc::timeout)
      << "passed before";
}

TEST(https_client, keeps_to_the_deadlines_while_it_connects) {
  const support::full_queue stuck;
  const auto url = "http://127.0.0.1:" + std::to_string(stuck.endpoint().port()) + "/";
  https_client_settings settings;
  settings.connect_timeout = 150ms;
  const auto start = core::steady_time::clock::now();
  EXPECT_EQ(get(https_client{settings}, url, 30s).error(), net::errc::timeout);
  EXPECT_LT(core::steady_time::clock::now() - start, 10s) << "its own limit came first";
  settings.connect_timeout = 30s;
  EXPECT_EQ(get(https_client{settings}, url, 150ms).error(), net::errc::timeout);
}

TEST(https_client, says_when_nobody_listens) {
  std::string url;
  {
    const raw_server ended{[](raw_server::socket&) {}};
    url = url_of(ended);
  }
  EXPECT_EQ(get(plain_client(), url).error(), boost::asio::error::connection_refused);
}

TEST(https_client, works_as_a_function_that_outlives_it) {
  raw_server server{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 204 No Content\r\n\r\n");
  }};
  http::fetch fetch;
  {
    const auto client = plain_client();
    fetch = client.as_fetch();
  }
  boost::asio::io_context io;
  const core::deadline until{core::steady_time::clock::now() + 5s};
  EXPECT_EQ(support::run(io, fetch({url_of(server), {}}, until))->status, 204U);
}

class https_client_tls : public testing::Test {
 protected:
  // What a client that trusts `authority` gets from a server with this certificate; and that the
  // server heard of no request where it got an error.
  core::result<http::fetched> get_from(const support::certificate& shown,
                                       const support::certificate& authority,
                                       const std::string& host = "127.0.0.1") {
    std::atomic<int> requests = 0;
    server::server_settings settings;
    settings.tls = std::make_shared<const net::tls_context>(net::tls_files{
        folder_.write("server.pem", shown.pem), folder_.write("server.key", shown.key_pem)});
    // Not itself a coroutine: it may capture.
    const auto count = [&requests](http::context&) {
      ++requests;
      return answer();
    };
    test_server running{count, settings};
    const auto port = std::to_string(running.endpoint().port());
    const auto got = get(client_of(authority), "https://" + host + ":" + port + "/keys");
    EXPECT_EQ(requests, got.has_value() ? 1 : 0);
    return got;
  }

  https_client client_of(const support::certificate& authority) {
    https_client_settings settings;
    settings.ca_file = folder_.write("ca.pem", authority.pem);
    return https_client{settings};
  }

  static async::task<http::response> answer() {
    co_return http::response::json(http::status::ok, "{}");
  }

  support::temporary_folder folder_;
};

TEST_F(https_client_tls, fetches_from_whom_it_trusts) {
  const auto made = support::make_certificate();
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    const auto got = get_from(made, made, host);
    ASSERT_TRUE(got.has_value()) << host << ": " << got.error().message();
    EXPECT_EQ(got->body, "{}");
  }
}

TEST_F(https_client_tls, refuses_whom_it_cannot_trust) {
  const auto good = support::make_certificate();
  const auto other = support::make_certificate();
  EXPECT_TRUE(get_from(other, good).has_error()) << "another authority";
  const auto expired = support::make_certificate("IP:127.0.0.1", -7200, -3600);
  EXPECT_TRUE(get_from(expired, expired).has_error()) << "expired";
  const auto early = support::make_certificate("IP:127.0.0.1", 3600, 7200);
  EXPECT_TRUE(get_from(early, early).has_error()) << "not yet valid";
  const auto elsewhere = support::make_certificate("DNS:idp.example,IP:127.0.0.2");
  EXPECT_TRUE(get_from(elsewhere, elsewhere).has_error()) << "another address";
  EXPECT_TRUE(get_from(elsewhere, elsewhere, "localhost").has_error()) << "another name";
  const auto wide = support::make_certificate("DNS:*,DNS:*host,DNS:local*");
  EXPECT_TRUE(get_from(wide, wide, "localhost").has_error()) << "a wildcard for everything";
  const auto name = support::make_certificate("DNS:127.0.0.1");
  EXPECT_TRUE(get_from(name, name).has_error()) << "an address in the place of a name";
}

TEST_F(https_client_tls, refuses_the_systems_authorities_for_a_certificate_of_ones_own) {
  const auto made = support::make_certificate();
  server::server_settings settings;
  settings.tls = std::make_shared<const net::tls_context>(net::tls_files{
      folder_.write("server.pem", made.pem), folder_.write("server.key", made.key_pem)});
  test_server running{[](http::context&) { return answer(); }, settings};
  const auto port = std::to_string(running.endpoint().port());
  EXPECT_TRUE(get(plain_client(), "https://127.0.0.1:" + port + "/").has_error());
  const auto plain = get(plain_client(), "http://127.0.0.1:" + port + "/");
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->status, 400U) << "plain HTTP to a TLS port";
}

TEST_F(https_client_tls, tells_a_whole_answer_from_a_cut_off_one) {
  const auto made = support::make_certificate();
  auto context = support::server_context(made);
  const auto get_cut = [&](const std::string& bytes) {
    raw_server server{
        [&](raw_server::socket& peer) { support::answer_over_tls(peer, context, bytes); }};
    return get(client_of(made), "https://127.0.0.1:" + server.port() + "/");
  };
  EXPECT_TRUE(get_cut("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").has_value());
  EXPECT_TRUE(get_cut("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}").has_error());
  EXPECT_TRUE(get_cut("HTTP/1.1 200 OK\r\n\r\n{}").has_error()) << "only its end would end it";
}

TEST_F(https_client_tls, refuses_authorities_that_cannot_be_read) {
  https_client_settings settings;
  settings.ca_file = folder_.path() / "missing.pem";
  EXPECT_THROW(https_client{settings}, std::runtime_error);
  settings.ca_file = folder_.write("text.pem", "hello");
  EXPECT_THROW(https_client{settings}, std::runtime_error);
}

}  // namespace
}  // namespace latchkey::client
