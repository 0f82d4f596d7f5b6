#include "support/client.hpp"
#include "support/pki.hpp"
#include "support/temporary.hpp"
#include "support/test_server.hpp"

#include <latchkey/http/problem.hpp>
#include <latchkey/server/server.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::server {
namespace {

using support::client;
using support::test_server;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Answers by path; "/echo" reads the body, the others leave it.
async::task<http::response> answer(http::context& ctx) {
  const auto path = ctx.target.path;
  if (path == "/echo") {
    auto body = co_await ctx.body.read_all(1'000'000);
    if (body.has_error()) co_return http::problem(body.error());
    co_return http::response::text(http::status::ok, "text/plain", std::move(*body));
  }
  if (path == "/large") {
    co_return http::response::text(http::status::ok, "text/plain", std::string(3'000'000, 'L'));
  }
  if (path == "/stream") {
    http::response made;
    struct countdown {
      std::shared_ptr<int> left = std::make_shared<int>(3);
      async::task<core::result<std::size_t>> operator()(std::span<char> out) const {
        if (*left == 0) co_return std::size_t{0};
        const auto digit = static_cast<char>('0' + (*left)--);
        out[0] = digit;
        co_return std::size_t{1};
      }
    };
    made.body = http::source{countdown{}};
    co_return made;
  }
  if (path.starts_with("/known/")) {  // as many bytes as it gives, and as it says
    const auto given = static_cast<std::size_t>(path[7] - '0');
    const auto said = static_cast<std::uint64_t>(path[8] - '0');
    struct at_once {
      std::shared_ptr<std::size_t> left;
      async::task<core::result<std::size_t>> operator()(std::span<char> out) const {
        std::fill_n(out.begin(), *left, 'k');
        co_return std::exchange(*left, 0);
      }
    };
    http::response made;
    made.body = http::source{at_once{std::make_shared<std::size_t>(given)}, said};
    co_return made;
  }
  if (path == "/throw") throw std::runtime_error{"bug"};
  if (path == "/throw_odd") throw 1;
  co_return http::response::text(http::status::ok, "text/plain", std::string{path});
}

std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

// A request, and the status that it is refused with.
struct refusal_case {
  const char* name;
  std::string text;
  const char* status;
};

std::string talk(const client::endpoint& to, const std::string& bytes) {
  client one{to};
  one.send(bytes);
  return one.read_to_end();
}

TEST(server, sends_the_length_of_a_source_that_knows_it) {
  test_server running{answer};
  const auto two = get("/known/33") + get("/a", "Connection: close\r\n");
  const auto kept = talk(running.endpoint(), two);
  EXPECT_THAT(kept, HasSubstr("content-length: 3\r\n"));
  EXPECT_THAT(kept, Not(HasSubstr("chunked")));
  EXPECT_THAT(kept, HasSubstr("\r\n\r\nkkkHTTP/1.1 200"));
  EXPECT_THAT(kept, EndsWith("/a"));
  const auto head = talk(running.endpoint(), "HEAD /known/33 HTTP/1.1\r\nHost: a\r\n\r\n" +
                                                 get("/a", "Connection: close\r\n"));
  EXPECT_THAT(head, HasSubstr("content-length: 3\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("kkk")));
  EXPECT_THAT(head, EndsWith("/a"));
  const auto old = talk(running.endpoint(),
                        "GET /known/33 HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n" +
                            get("/a", "Connection: close\r\n"));
  EXPECT_THAT(old, EndsWith("/a")) << "a length needs no end of the connection";
}

TEST(server, ends_the_connection_where_a_source_gives_other_than_it_said) {
  test_server running{answer};
  for (const auto* path : {"/known/25", "/known/52", "/known/05"}) {
    const auto got = talk(running.endpoint(), get(path) + get("/a"));
    EXPECT_THAT(got, Not(HasSubstr("/a"))) << path;
    EXPECT_THAT(got, Not(EndsWith("kkkkk"))) << path;
  }
}

TEST(server, keeps_the_connection_and_answers_pipelined_requests_in_order) {
  test_server running{answer};
  const auto text =
      talk(running.endpoint(), get("/1") + get("/2") + get("/3", "Connection: close\r\n"));
  const auto first = text.find("\r\n\r\n/1HTTP/1.1 200 OK");
  const auto second = text.find("\r\n\r\n/2HTTP/1.1 200 OK");
  EXPECT_NE(first, text.npos) << text;
  EXPECT_NE(second, text.npos) << text;
  EXPECT_LT(first, second);
  EXPECT_THAT(text, EndsWith("connection: close\r\n\r\n/3"));
}

TEST(server, reads_a_request_that_comes_byte_by_byte) {
  test_server running{answer};
  client one{running.endpoint()};
  const auto request = "\r\n" + get("/slow", "Connection: close\r\n");
  for (const char c : request) ASSERT_TRUE(one.send({&c, 1}));
  EXPECT_THAT(one.read_to_end(), EndsWith("\r\n\r\n/slow"));
}

TEST(server, gives_head_no_body_but_its_length) {
  test_server running{answer};
  const auto text =
      talk(running.endpoint(), "HEAD /abc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(text, HasSubstr("content-length: 4\r\n"));
  EXPECT_THAT(text, EndsWith("\r\n\r\n"));
}

TEST(server, hands_bodies_over_whole_however_they_are_framed) {
  test_server running{answer};
  const std::string chunked =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
      "5\r\nhello\r\n6\r\n world\r\n0\r\nX: y\r\n\r\n";
  const std::string counted = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
  const auto text =
      talk(running.endpoint(), chunked + counted + chunked + get("/end", "Connection: close\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\n\r\nhello worldHTTP/1.1 200 OK"));
  EXPECT_THAT(text, HasSubstr("\r\n\r\nabcHTTP/1.1 200 OK"));
  EXPECT_THAT(text, EndsWith("/end"));
}

TEST(server, passes_over_a_short_body_nobody_read) {
  test_server running{answer};
  const std::string unread = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\n";
  const auto text =
      talk(running.endpoint(), unread + "GET / HTTP/1.1\n" + get("/b", "Connection: close\r\n"));
  EXPECT_THAT(text, HasSubstr("\r\n\r\n/aHTTP/1.1 200 OK"));
  EXPECT_THAT(text, EndsWith("\r\n\r\n/b"));
}

TEST(server, answers_and_closes_where_a_long_body_was_not_read) {
  test_server running{answer};
  client one{running.endpoint()};
  one.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\nbegin");
  const auto text = one.read_to_end();
  EXPECT_THAT(text, HasSubstr("connection: close\r\n"));
  EXPECT_THAT(text, EndsWith("\r\n\r\n/a"));
  EXPECT_TRUE(one.ended_orderly());
}

TEST(server, lets_its_last_answer_be_read_whatever_the_peer_sent_behind) {
  test_server running{answer};
  client one{running.endpoint()};
  // More than the server takes in with the request: it is still unread when the answer is out.
  one.send(get("/large", "Connection: close\r\n") + std::string(200'000, 'x'));
  const auto text = one.read_to_end();
  EXPECT_EQ(std::count(text.begin(), text.end(), 'L'), 3'000'000);
  EXPECT_TRUE(one.ended_orderly());
}

TEST(server, asks_for_a_body_only_when_somebody_reads_it) {
  test_server running{answer};
  const std::string expects = "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  client reads{running.endpoint()};
  reads.send("POST /echo HTTP/1.1\r\nHost: a\r\n" + expects);
  EXPECT_EQ(reads.read_past("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  reads.send("hi" + get("/next", "Connection: close\r\n"));
  EXPECT_THAT(reads.read_to_end(), HasSubstr("\r\n\r\nhiHTTP/1.1 200 OK"));

  client leaves{running.endpoint()};
  leaves.send("POST /a HTTP/1.1\r\nHost: a\r\n" + expects);
  const auto text = leaves.read_to_end();
  EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(text, HasSubstr("connection: close"));
}

TEST(server, refuses_bodies_over_the_limit_or_outside_their_framing) {
  server_settings settings;
  settings.session.body_bytes = 10;
  test_server running{answer, settings};
  const std::string post = "POST /echo HTTP/1.1\r\nHost: a\r\n";
  EXPECT_THAT(talk(running.endpoint(),
                   post + "Content-Length: 10\r\nConnection: close\r\n\r\n" + std::string(10, 'x')),
              StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(talk(running.endpoint(), post + "Content-Length: 11\r\n\r\n"),
              StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(
      talk(running.endpoint(), post + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n"
                                      "01234567890\r\n0\r\n\r\n"),
      StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(talk(running.endpoint(), post + "Transfer-Encoding: chunked\r\n\r\n0x1\r\n"),
              StartsWith("HTTP/1.1 400"));
  const auto cut = [&] {
    client one{running.endpoint()};
    one.send(post + "Content-Length: 5\r\n\r\nab");
    one.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send);
    return one.read_to_end();
  };
  EXPECT_THAT(cut(), StartsWith("HTTP/1.1 400"));
}

TEST(server, does_not_hold_an_answer_back_for_a_body_nobody_reads) {
  test_server running{answer};
  for (const std::string framing :
       {"Content-Length: 10\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"}) {
    client one{running.endpoint()};
    one.send("POST /a HTTP/1.1\r\nHost: a\r\n" + framing);
    const auto begun = core::steady_time::clock::now();
    EXPECT_THAT(one.read_past("/a"), EndsWith("\r\n\r\n/a"));
    EXPECT_LT(core::steady_time::clock::now() - begun, std::chrono::milliseconds{1'500});
  }
}

TEST(server, drops_a_late_body_and_goes_on) {
  test_server running{answer};
  client one{running.endpoint()};
  one.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
  EXPECT_THAT(one.read_past("/a"), EndsWith("\r\n\r\n/a"));
  one.send("late" + get("/b", "Connection: close\r\n"));
  EXPECT_THAT(one.read_to_end(), EndsWith("\r\n\r\n/b"));
}

TEST(server, never_ends_up_reading_an_endless_body) {
  server_settings settings;
  settings.session.timeouts.drop_all = std::chrono::milliseconds{100};
  test_server running{answer, settings};
  client one{running.endpoint()};
  one.send("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto chunk = "1000\r\n" + std::string(0x1000, 'x') + "\r\n";
  const auto lingering_timeout = core::steady_time::clock::now() + std::chrono::seconds{10};
  while (one.send(chunk) && core::steady_time::clock::now() < lingering_timeout) {
  }
  EXPECT_LT(core::steady_time::clock::now(), lingering_timeout);
}

std::string head_of_post(std::size_t size, const std::string& path = "/a") {
  return "POST " + path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(size) +
         "\r\n\r\n";
}

// As most clients do: all is sent before anything is read.
std::string post(const std::string& path, std::size_t size) {
  return head_of_post(size, path) + std::string(size, 'x');
}

TEST(server, lets_its_answer_be_read_by_who_sends_much_first) {
  server_settings settings;
  settings.session.body_bytes = 1000;
  test_server running{answer, settings};
  constexpr std::size_t much = 8'000'000;
  const refusal_case cases[] = {
      {"a body nobody reads", post("/a", much), "200"},
      {"a body over the limit", post("/echo", much), "413"},
      {"an ambiguous target", post("/a/../b", much), "400"},
      {"chunks outside the grammar",
       "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n" +
           std::string(much, 'x'),
       "400"},
      {"many fields", "GET / HTTP/1.1\r\nX: " + std::string(much, 'x'), "431"},
  };
  for (const auto& one : cases) {
    client asks{running.endpoint()};
    EXPECT_TRUE(asks.send(one.text)) << one.name;
    EXPECT_THAT(asks.read_to_end(), StartsWith(std::string{"HTTP/1.1 "} + one.status)) << one.name;
    EXPECT_TRUE(asks.ended_orderly()) << one.name;
  }
}

// One byte a millisecond, for far longer than the server waits for each. False if it has gone.
bool drip(client& to) {
  const auto begun = core::steady_time::clock::now();
  for (int i = 1; i <= 1'200; ++i) {
    if (!to.send("x")) return false;
    while (core::steady_time::clock::now() < begun + std::chrono::milliseconds{i}) {
      std::this_thread::yield();
    }
  }
  return true;
}

TEST(server, lets_its_answer_be_read_by_who_sends_slowly) {
  server_settings settings;
  settings.session.timeouts.drop = std::chrono::milliseconds{200};
  test_server running{answer, settings};
  client unwanted{running.endpoint()};
  unwanted.send(head_of_post(1'000'000));
  EXPECT_TRUE(drip(unwanted)) << "it was cut off";
  EXPECT_THAT(unwanted.read_to_end(), EndsWith("connection: close\r\n\r\n/a"));
  EXPECT_TRUE(unwanted.ended_orderly());

  client goes_on{running.endpoint()};
  goes_on.send(head_of_post(1'300));
  EXPECT_TRUE(drip(goes_on)) << "it was cut off";
  goes_on.send(std::string(100, 'x') + get("/b", "Connection: close\r\n"));
  EXPECT_THAT(goes_on.read_to_end(), EndsWith("\r\n\r\n/b"));
}

TEST(server, gives_up_on_who_keeps_it_waiting_for_a_body) {
  server_settings settings;
  settings.session.timeouts.drop = std::chrono::milliseconds{100};
  test_server running{answer, settings};
  client one{running.endpoint()};
  one.send(head_of_post(1'000'000'000));
  EXPECT_THAT(one.read_to_end(), EndsWith("/a"));
  const auto lingering_timeout = core::steady_time::clock::now() + std::chrono::seconds{4};
  while (running.server().open_connections() != 0 &&
         core::steady_time::clock::now() < lingering_timeout) {
    std::this_thread::yield();
  }
  EXPECT_EQ(running.server().open_connections(), 0U);
}

TEST(server, says_to_an_old_client_that_the_connection_stays) {
  test_server running{answer};
  client one{running.endpoint()};
  for (int i = 0; i < 3; ++i) {
    one.send("GET /old HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
    const auto text = one.read_past("/old");
    EXPECT_THAT(text, HasSubstr("connection: keep-alive\r\n"));
    EXPECT_THAT(text, HasSubstr("content-length: 4\r\n"));
  }
  one.send("GET /old HTTP/1.0\r\n\r\n");
  EXPECT_THAT(one.read_to_end(), HasSubstr("connection: close\r\n"));
  EXPECT_TRUE(one.ended_orderly());
}

TEST(server, takes_the_other_forms_of_a_target) {
  test_server running{answer};
  EXPECT_THAT(talk(running.endpoint(), get("http://a/there", "Connection: close\r\n")),
              EndsWith("\r\n\r\n/there"));
  EXPECT_THAT(talk(running.endpoint(), get("https://a/there")), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(
      talk(running.endpoint(), "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
      EndsWith("\r\n\r\n*"));
  EXPECT_THAT(talk(running.endpoint(), "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n"),
              StartsWith("HTTP/1.1 501"));
}

TEST(server, tells_which_byte_it_refused) {
  std::mutex mutex;
  std::string told;
  server_settings settings;
  settings.observe = [&](const http::exchange& one) {
    const std::lock_guard lock{mutex};
    told = std::string{one.reason} + ": " + std::string{one.fault};
  };
  test_server running{answer, settings};
  EXPECT_THAT(talk(running.endpoint(), get("/a|b?c|d")), StartsWith("HTTP/1.1 400"));
  const std::lock_guard lock{mutex};
  EXPECT_EQ(told,
            "bad_target: byte 0x7c ('|') at offset 2 of the target: not a character of a path");
}

TEST(server, sends_large_and_streamed_bodies) {
  test_server running{answer};
  const auto large = talk(running.endpoint(), get("/large", "Connection: close\r\n"));
  EXPECT_THAT(large, HasSubstr("content-length: 3000000\r\n"));
  EXPECT_EQ(std::count(large.begin(), large.end(), 'L'), 3'000'000);
  const auto stream = talk(running.endpoint(), get("/stream") + get("/", "Connection: close\r\n"));
  EXPECT_THAT(stream, HasSubstr("transfer-encoding: chunked\r\n\r\n1\r\n3\r\n1\r\n2\r\n1\r\n1\r\n"
                                "0\r\n\r\nHTTP/1.1 200 OK"));
  const auto old =
      talk(running.endpoint(), "GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(old, HasSubstr("connection: close\r\n\r\n321"));
}

TEST(server, answers_a_refused_head_and_closes) {
  test_server running{answer};
  const refusal_case cases[] = {
      {"no host", "GET / HTTP/1.1\r\n\r\n" + get("/smuggled"), "400"},
      {"not HTTP", "hello\r\n\r\n", "400"},
      {"bad target", get("/a/../b") + get("/smuggled"), "400"},
      {"version", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "505"},
      {"expectation", get("/", "Expect: tea\r\n"), "417"},
      {"long target", get("/" + std::string(9'000, 'a')), "414"},
      {"1 MB of fields", get("/", "X: " + std::string(1'000'000, 'a') + "\r\n"), "431"},
      {"fields without end", "GET / HTTP/1.1\r\nX: " + std::string(1'000'000, 'a'), "431"},
      {"many fields",
       get("/",
           [] {
             std::string all;
             for (int i = 0; i < 200; ++i) all += "X: a\r\n";
             return all;
           }()),
       "431"},
  };
  for (const auto& one : cases) {
    client asks{running.endpoint()};
    asks.send(one.text);
    const auto text = asks.read_to_end();
    EXPECT_THAT(text, StartsWith(std::string{"HTTP/1.1 "} + one.status)) << one.name;
    EXPECT_THAT(text, HasSubstr("connection: close\r\n")) << one.name;
    EXPECT_THAT(text, testing::Not(HasSubstr("smuggled"))) << one.name;
    EXPECT_TRUE(asks.ended_orderly()) << one.name;
  }
}

TEST(server, survives_a_pipeline_that_throws) {
  test_server running{answer};
  EXPECT_EQ(talk(running.endpoint(), get("/throw")), "");
  EXPECT_EQ(talk(running.endpoint(), get("/throw_odd")), "");
  EXPECT_THAT(talk(running.endpoint(), get("/", "Connection: close\r\n")), EndsWith("\r\n\r\n/"));
  auto ended = running.drain(std::chrono::seconds{5});
  EXPECT_EQ(ended.wait_for(std::chrono::seconds{5}), std::future_status::ready)
      << "each is counted out";
}

server_settings impatient() {
  const std::chrono::milliseconds soon{150};
  server_settings settings;
  settings.session.timeouts = {soon, soon, soon, soon, soon};
  return settings;
}

TEST(server, gives_up_on_the_silent) {
  test_server running{answer, impatient()};
  EXPECT_EQ(talk(running.endpoint(), ""), "") << "never a byte";
  EXPECT_THAT(talk(running.endpoint(), "GET / HTTP/1.1\r\nHo"), StartsWith("HTTP/1.1 408"))
      << "half a head";
  EXPECT_THAT(talk(running.endpoint(), get("/")), EndsWith("\r\n\r\n/")) << "idle after a request";
  EXPECT_THAT(
      talk(running.endpoint(), "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"),
      StartsWith("HTTP/1.1 408"))
      << "half a body";
}

TEST(server, gives_up_on_a_peer_that_takes_nothing) {
  test_server running{answer, impatient()};
  client one{running.endpoint()};
  std::string many;
  for (int i = 0; i < 20; ++i) many += get("/large");
  one.send(many);
  // Not reading: the server's writes stall, and it must let go of the connection by itself.
  const auto lingering_timeout = core::steady_time::clock::now() + std::chrono::seconds{10};
  while (running.server().open_connections() != 0 &&
         core::steady_time::clock::now() < lingering_timeout) {
    std::this_thread::yield();
  }
  EXPECT_EQ(running.server().open_connections(), 0U);
}

class tls_server : public testing::Test {
 protected:
  server_settings tls_settings(server_settings settings = {}) {
    const auto made = support::make_certificate();
    settings.tls = std::make_shared<const net::tls_context>(net::tls_files{
        folder_.write("server.pem", made.pem), folder_.write("server.key", made.key_pem)});
    settings.refused = [this](const refusal& one) {
      const std::lock_guard lock{mutex_};
      refused_.push_back(one.error.message());
    };
    return settings;
  }
  std::vector<std::string> refused() {
    const std::lock_guard lock{mutex_};
    return refused_;
  }

  support::temporary_folder folder_;
  std::mutex mutex_;
  std::vector<std::string> refused_;
};

TEST_F(tls_server, serves_over_tls) {
  test_server running{answer, tls_settings()};
  client one{running.endpoint()};
  one.start_tls();
  one.send(get("/1") + get("/large"));
  const auto text = one.read_until([](const std::string& all) { return all.size() > 3'000'000; });
  EXPECT_THAT(text, HasSubstr("\r\n\r\n/1HTTP/1.1 200 OK"));
  one.send(get("/2", "Connection: close\r\n"));
  EXPECT_THAT(one.read_to_end(), EndsWith("\r\n\r\n/2"));
  EXPECT_TRUE(one.ended_orderly());
}

TEST_F(tls_server, lets_its_answer_be_read_by_who_sends_much_first) {
  test_server running{answer, tls_settings()};
  client one{running.endpoint()};
  one.start_tls();
  EXPECT_TRUE(one.send(post("/a", 8'000'000)));
  EXPECT_THAT(one.read_to_end(), EndsWith("connection: close\r\n\r\n/a"));
  EXPECT_TRUE(one.ended_orderly());
}

TEST_F(tls_server, refuses_garbage_and_silence_before_the_handshake) {
  test_server running{answer, tls_settings(impatient())};
  client garbage{running.endpoint()};
  garbage.send("garbage");
  EXPECT_EQ(garbage.read_to_end(), "");
  client silent{running.endpoint()};
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_THAT(refused(), testing::UnorderedElementsAre("not_tls", "timeout"));
}

TEST_F(tls_server, refuses_bad_files_at_start) {
  const auto one = support::make_certificate();
  const auto other = support::make_certificate();
  const auto certificate = folder_.write("a.pem", one.pem);
  const auto key = folder_.write("a.key", one.key_pem);
  const auto rsa_key = folder_.write("rsa.key", support::make_rsa_key());
  const auto other_key = folder_.write("b.key", other.key_pem);
  const auto text = folder_.write("text", "hello");
  const auto missing = folder_.path() / "missing";
  const auto why = [](const net::tls_files& files) -> std::string {
    try {
      net::tls_context made{files};
      return "accepted";
    } catch (const std::runtime_error& fault) {
      return fault.what();
    }
  };
  EXPECT_EQ(why({certificate, key}), "accepted");
  EXPECT_EQ(why({certificate, missing}),
            "cannot read the private key " + missing.string() + ": No such file or directory");
  EXPECT_EQ(why({missing, key}),
            "cannot read the certificate " + missing.string() + ": No such file or directory");
  EXPECT_EQ(why({certificate, other_key}), "the private key " + other_key.string() +
                                               " does not belong to the certificate " +
                                               certificate.string());
  EXPECT_THAT(why({certificate, rsa_key}), HasSubstr("does not belong to the certificate"));
  EXPECT_THAT(why({text, key}), StartsWith("cannot use the certificate " + text.string()));
  EXPECT_THAT(why({certificate, text}), StartsWith("cannot use the private key " + text.string()));
}

TEST(server, says_which_address_cannot_be_had) {
  test_server running{answer};
  async::io_pool pool{1};
  try {
    const server second{pool, {running.endpoint()}, {}, answer, core::system_clock()};
    FAIL() << "two servers on one port";
  } catch (const std::runtime_error& fault) {
    EXPECT_THAT(fault.what(), HasSubstr("cannot listen on 127.0.0.1:" +
                                        std::to_string(running.endpoint().port())));
    EXPECT_THAT(fault.what(), HasSubstr("another program listens there"));
  }
}

TEST(server, parses_addresses_and_refuses_names) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:80").port(), 80);
  EXPECT_TRUE(parse_endpoint("[::1]:0").address().is_v6());
  for (const std::string text :
       {"", "127.0.0.1", ":80", "localhost:80", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536",
        "::1:80", "[::1]", "127.0.0.1:-1", "127.0.0.1:80 "}) {
    EXPECT_THROW(parse_endpoint(text), std::invalid_argument) << text;
  }
}

// What still comes of a body does not hold a drain up for long, and its sender has the answer.
TEST(server, drains_who_still_sends_what_nobody_reads) {
  test_server running{answer};
  client one{running.endpoint()};
  one.send(head_of_post(1'000'000'000));
  one.read_past("/a");
  auto ended = running.drain(std::chrono::seconds{8});
  EXPECT_EQ(ended.wait_for(std::chrono::seconds{4}), std::future_status::ready);
}

void drain_an_idle_and_a_busy_one(std::size_t workers) {
  test_server running{answer, {}, workers};
  client idle{running.endpoint()};
  idle.send(get("/1"));
  idle.read_past("/1");
  client draining_workers{running.endpoint()};
  draining_workers.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  draining_workers.read_past("100 Continue");
  auto ended = running.drain(std::chrono::seconds{5});
  EXPECT_EQ(idle.read_to_end(), "");
  EXPECT_EQ(ended.wait_for(std::chrono::milliseconds{0}), std::future_status::timeout);
  draining_workers.send("data");
  const auto text = draining_workers.read_to_end();
  // The end of the idle one tells nothing of another worker, which may not have begun to drain.
  if (workers == 1) {
    EXPECT_THAT(text, HasSubstr("connection: close\r\n"));
  }
  EXPECT_THAT(text, EndsWith("data"));
  EXPECT_EQ(ended.wait_for(std::chrono::seconds{5}), std::future_status::ready);
}

TEST(server, drains_idle_connections_at_once_and_busy_ones_when_answered) {
  drain_an_idle_and_a_busy_one(1);
}

TEST(server, drains_all_its_workers) {
  drain_an_idle_and_a_busy_one(2);
}

TEST_F(tls_server, drains_connections_that_have_not_asked_at_once) {
  test_server running{answer, tls_settings()};
  client silent{running.endpoint()};
  client half{running.endpoint()};
  half.start_tls();
  half.send(get("/1") + "GET / HTTP/1.1\r\nHo");
  half.read_past("/1");
  while (running.server().open_connections() != 2) std::this_thread::yield();
  auto ended = running.drain(std::chrono::seconds{8});
  EXPECT_EQ(silent.read_to_end(), "");
  EXPECT_EQ(ended.wait_for(std::chrono::seconds{4}), std::future_status::ready);
}

TEST(server, ends_what_outlasts_the_drain) {
  test_server running{answer};
  client draining_workers{running.endpoint()};
  draining_workers.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  draining_workers.read_past("100 Continue");
  auto ended = running.drain(std::chrono::milliseconds{100});
  EXPECT_EQ(ended.wait_for(std::chrono::seconds{5}), std::future_status::ready);
}

}  // namespace
}  // namespace latchkey::server
