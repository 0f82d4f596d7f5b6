// What an upstream is sent, how often, and what becomes of requests that do not get there.
#include "forward_bench.hpp"
#include "support/full_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {
namespace {

using namespace std::chrono_literals;
using phase = http::forward_phase;
using by = http::ended_by;
using support::raw_server;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
constexpr std::string_view get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view last_get = "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
constexpr std::string_view last_post =
    "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi";

bool is_whole(std::string_view text) {
  const auto end = text.find("\r\n\r\n");
  if (end == text.npos) return false;
  const auto head = text.substr(0, end + 2);
  if (head.find("transfer-encoding: chunked") != head.npos) return text.ends_with("\r\n0\r\n\r\n");
  constexpr std::string_view name = "content-length: ";
  const auto at = head.find(name);
  const auto length = at == head.npos ? 0 : std::stoul(std::string{head.substr(at + name.size())});
  return text.size() == end + 4 + length;
}

// One request with its body; empty where the peer ended before.
std::string read_request(raw_server::socket& from) {
  std::string text;
  boost::system::error_code error;
  while (!is_whole(text)) {
    std::array<char, 4096> piece;
    const auto got = from.read_some(boost::asio::buffer(piece), error);
    if (error) return {};
    text.append(piece.data(), got);
  }
  return text;
}

// Answers every request, and keeps them.
class recorder {
 public:
  raw_server::script script(std::string answer = ok) {
    return [this, answer = std::move(answer)](raw_server::socket& peer) {
      for (auto text = read_request(peer); !text.empty(); text = read_request(peer)) {
        {
          const std::lock_guard lock{mutex_};
          seen_.push_back(std::move(text));
        }
        raw_server::send(peer, answer);
      }
    };
  }
  std::vector<std::string> seen() {
    const std::lock_guard lock{mutex_};
    return seen_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> seen_;
};

// A port that nobody listens at, and nobody else is given.
class dead_port {
 public:
  dead_port() {
    socket_.open(boost::asio::ip::tcp::v4());
    socket_.bind({boost::asio::ip::address_v4::loopback(), 0});
  }
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(socket_.local_endpoint().port());
  }

 private:
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor socket_{io_};
};

TEST(forwarded_requests, have_a_framing_of_their_own) {
  const std::string large(100'000, 'x');
  const struct {
    std::string sent;
    std::string framing;  // what the upstream sees of it
    std::string body;
  } cases[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "", ""},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "content-length: 0\r\n", ""},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 005\r\n\r\nhello", "content-length: 5\r\n",
       "hello"},
      {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "content-length: 5\r\n",
       "hello"},
      {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n" + large,
       "content-length: 100000\r\n", large},
      {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nTrailer: X-A\r\n\r\n"
       "5;a=b\r\nhello\r\n0\r\nX-A: b\r\n\r\n",
       "transfer-encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"},
      {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "transfer-encoding: chunked\r\n", "0\r\n\r\n"},
      {"PUT / HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello", "content-length: 5\r\n", "hello"},
  };
  for (const auto& given : cases) {
    SCOPED_TRACE(given.sent.substr(0, 100));
    recorder seen;
    const raw_server up{seen.script()};
    forward_bench bench{to(up)};
    support::client client{bench.endpoint()};
    client.send(given.sent);
    EXPECT_THAT(client.read_past("\r\n\r\nok"), EndsWith("\r\n\r\nok"));
    ASSERT_EQ(seen.seen().size(), 1U);
    const auto text = seen.seen().front();
    const auto end = text.find("\r\n\r\n");
    const auto head = text.substr(0, end + 2);
    EXPECT_TRUE(text.substr(end + 4) == given.body);
    EXPECT_EQ(head.find("HTTP/1.1\r\n"), head.find("HTTP/1."));
    if (given.framing.empty()) {
      EXPECT_THAT(head, AllOf(Not(HasSubstr("content-length")), Not(HasSubstr("transfer-enc"))));
    } else {
      EXPECT_THAT(head, HasSubstr(given.framing));
    }
  }
}

TEST(forwarded_requests, of_old_clients_without_a_host_ask_for_the_address) {
  recorder seen;
  const raw_server up{seen.script()};
  forward_bench bench{to(up)};
  EXPECT_THAT(bench.ask("GET /x HTTP/1.0\r\n\r\n"), EndsWith("\r\n\r\nok"));
  EXPECT_THAT(bench.ask("GET /x HTTP/1.0\r\nHost: b\r\n\r\n"), EndsWith("\r\n\r\nok"));
  ASSERT_EQ(seen.seen().size(), 2U);
  EXPECT_THAT(seen.seen()[0], AllOf(StartsWith("GET /x HTTP/1.1\r\nhost: 127.0.0.1:" + up.port()),
                                    HasSubstr("via: 1.0 latchkey\r\n")));
  EXPECT_THAT(seen.seen()[1], StartsWith("GET /x HTTP/1.1\r\nhost: b\r\n"));
}

TEST(forwarded_requests, that_are_pipelined_are_answered_in_order) {
  recorder seen;
  const raw_server up{seen.script()};
  forward_bench bench{to(up)};
  const auto text = bench.ask(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n"
      "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
      "PUT /3 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
      "GET /4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  std::size_t answers = 0;
  for (auto at = text.find("\r\n\r\nok"); at != text.npos; at = text.find("\r\n\r\nok", at + 1)) {
    ++answers;
  }
  EXPECT_EQ(answers, 4U);
  const auto told = bench.told(4);
  ASSERT_EQ(told.size(), 4U);
  ASSERT_EQ(seen.seen().size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_THAT(seen.seen()[i], HasSubstr("/" + std::to_string(i + 1) + " HTTP/1.1"));
    EXPECT_EQ(told[i].forwarded.reused, i != 0);
    EXPECT_EQ(told[i].forwarded.phase, phase::done);
  }
  EXPECT_EQ(up.connections(), 1);
  EXPECT_EQ(told[1].bytes_in, 2U);
}

// Answers the first request of the first connection, and ends that where the second has come.
raw_server::script stale_once() {
  return [first = std::make_shared<bool>(true)](raw_server::socket& peer) {
    const bool ends = std::exchange(*first, false);
    while (!read_request(peer).empty()) {
      raw_server::send(peer, ok);
      if (!ends) continue;
      read_request(peer);
      return;
    }
  };
}

TEST(forwarded_requests, that_met_the_end_of_a_kept_connection_are_sent_again) {
  const raw_server up{stale_once()};
  forward_bench bench{to(up)};
  support::client client{bench.endpoint()};
  client.send(get);
  client.read_past("\r\n\r\nok");
  client.send(last_get);
  EXPECT_THAT(client.read_to_end(), EndsWith("\r\n\r\nok"));
  const auto told = bench.told(2);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0].forwarded.retries, 0U);
  EXPECT_EQ(told[1].forwarded.retries, 1U);
  EXPECT_EQ(told[1].forwarded.phase, phase::done);
  EXPECT_EQ(told[1].forwarded.ended, by::nobody);
  EXPECT_FALSE(told[1].forwarded.reused);
  EXPECT_EQ(up.connections(), 2);
  EXPECT_EQ(bench.counts().retries.get(), 1U);
}

TEST(forwarded_requests, that_may_have_been_seen_and_do_something_are_not_sent_again) {
  const raw_server up{stale_once()};
  forward_bench bench{to(up)};
  support::client client{bench.endpoint()};
  client.send(get);
  client.read_past("\r\n\r\nok");
  client.send(last_post);
  EXPECT_THAT(client.read_to_end(), StartsWith("HTTP/1.1 502 "));
  const auto told = bench.told(2);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1].reason, "upstream_no_answer");
  EXPECT_EQ(told[1].forwarded.retries, 0U);
  EXPECT_TRUE(told[1].forwarded.reused);
  EXPECT_EQ(told[1].forwarded.ended, by::upstream);
  EXPECT_EQ(up.connections(), 1);
}

TEST(forwarded_requests, go_to_another_address_where_one_is_dead_whatever_their_method) {
  recorder seen;
  const raw_server up{seen.script()};
  const dead_port dead;
  auto with = to(up);
  with.upstream.addresses.push_back(dead.url());
  with.upstream.health.failures = 0;
  forward_bench bench{with};
  unsigned retries = 0;
  for (int i = 0; i < 10; ++i) {
    EXPECT_THAT(bench.ask(last_get), StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(bench.ask(last_post), StartsWith("HTTP/1.1 200 "));
  }
  for (const auto& one : bench.told(20)) {
    EXPECT_EQ(one.forwarded.address, "127.0.0.1:" + up.port());
    retries += one.forwarded.retries;
  }
  EXPECT_EQ(seen.seen().size(), 20U);
  EXPECT_GT(retries, 0U);
  EXPECT_EQ(bench.counts().retries.get(), retries);
  EXPECT_EQ(bench.counts().connect_failures.get(), retries);
}

TEST(forwarded_requests, that_reach_nobody_are_told_so) {
  const dead_port first;
  const dead_port second;
  forward_bench::options with;
  with.upstream.addresses = {first.url(), second.url()};
  forward_bench bench{with};
  const auto text = bench.ask(last_post);
  EXPECT_THAT(text, AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("retry-after: 1\r\n")));
  const auto told = bench.told(1).at(0);
  EXPECT_EQ(told.reason, "upstream_unreachable");
  EXPECT_EQ(told.forwarded.phase, phase::connecting);
  EXPECT_EQ(told.forwarded.ended, by::upstream);
  EXPECT_EQ(told.forwarded.retries, 1U);
}

TEST(forwarded_requests, do_not_wait_for_a_connection_beyond_its_deadline) {
  const support::full_queue silent;
  forward_bench::options with;
  with.upstream.addresses = {"http://127.0.0.1:" + std::to_string(silent.endpoint().port())};
  with.upstream.timeouts.connect = 100ms;
  forward_bench bench{with};
  EXPECT_THAT(bench.ask(last_get), StartsWith("HTTP/1.1 504 "));
  const auto told = bench.told(1).at(0);
  EXPECT_EQ(told.reason, "upstream_connect_timeout");
  EXPECT_EQ(told.forwarded.phase, phase::connecting);
  EXPECT_EQ(told.forwarded.ended, by::deadline);
}

// Reads the head of one request, says so, and is silent until the other side goes.
class silent_upstream {
 public:
  silent_upstream()
      : server_{[this](raw_server::socket& peer) {
          raw_server::read_head(peer);
          ++heads_;
          raw_server::read_to_end(peer);
          ++ends_;
        }} {}
  const raw_server& server() const { return server_; }
  bool has_head() const {
    return eventually([this] { return heads_ > 0; });
  }
  bool has_end() const {
    return eventually([this] { return ends_ > 0; });
  }

 private:
  std::atomic<int> heads_ = 0;
  std::atomic<int> ends_ = 0;
  raw_server server_;
};

TEST(forwarded_requests, beyond_those_that_may_be_under_way_wait_and_are_refused) {
  const silent_upstream up;
  auto with = to(up.server());
  with.upstream.circuit = {1, 1};
  with.upstream.timeouts.connect = 150ms;
  forward_bench bench{with};
  support::client first{bench.endpoint()};
  first.send(get);
  ASSERT_TRUE(up.has_head());
  support::client second{bench.endpoint()};
  second.send(last_get);
  ASSERT_TRUE(eventually([&] { return bench.counts().waiting.get() == 1; }));
  EXPECT_THAT(bench.ask(last_get), StartsWith("HTTP/1.1 503 ")) << "at once";
  EXPECT_THAT(second.read_to_end(),
              AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("retry-after: 1\r\n")));
  for (const auto& one : bench.told(2)) {
    EXPECT_EQ(one.reason, "upstream_busy");
    EXPECT_EQ(one.forwarded.phase, phase::choosing);
    EXPECT_EQ(one.forwarded.ended, by::limit);
    EXPECT_EQ(one.forwarded.address, "");
  }
  EXPECT_EQ(bench.counts().refused.get(), 2U);
  EXPECT_EQ(bench.counts().outstanding.get(), 1U);
}

TEST(forwarded_requests, of_a_client_that_goes_end_at_the_upstream) {
  const silent_upstream up;
  forward_bench bench{to(up.server())};
  {
    support::client client{bench.endpoint()};
    client.send(get);
    ASSERT_TRUE(up.has_head());
  }
  EXPECT_TRUE(up.has_end());
  const auto told = bench.told(1).at(0);
  EXPECT_EQ(told.reason, "client_gone");
  EXPECT_EQ(told.status, 499U);
  EXPECT_EQ(told.forwarded.ended, by::client);
  EXPECT_EQ(told.forwarded.phase, phase::waiting);
  EXPECT_TRUE(eventually([&] { return bench.counts().outstanding.get() == 0; }));
}

TEST(forwarded_requests, whose_body_ends_too_early_are_not_whole_at_the_upstream) {
  for (const std::string framing : {"Content-Length: 100000", "Transfer-Encoding: chunked"}) {
    SCOPED_TRACE(framing);
    std::promise<std::string> got;
    auto text = got.get_future();
    std::atomic<bool> begun = false;
    const raw_server up{[&](raw_server::socket& peer) {
      std::string all = raw_server::read_head(peer);
      begun = true;
      boost::system::error_code error;
      while (!error) {
        std::array<char, 4096> piece;
        const auto size = peer.read_some(boost::asio::buffer(piece), error);
        all.append(piece.data(), size);
      }
      got.set_value(all);
    }};
    forward_bench bench{to(up)};
    {
      support::client client{bench.endpoint()};
      client.send("PUT /x HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n64\r\n1234567890");
      ASSERT_TRUE(eventually([&] { return begun.load(); }));
    }
    EXPECT_FALSE(is_whole(text.get()));
    const auto told = bench.told(1).at(0);
    EXPECT_EQ(told.forwarded.ended, by::client);
    EXPECT_TRUE(eventually([&] { return bench.counts().outstanding.get() == 0; }));
  }
}

TEST(forwarded_requests, that_are_answered_early_get_that_answer) {
  const raw_server up{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 413 X\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
    raw_server::read_to_end(peer);
  }};
  forward_bench bench{to(up)};
  support::client client{bench.endpoint()};
  client.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nbegin");
  EXPECT_THAT(client.read_past("\r\n\r\nno"),
              AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("\r\n\r\nno")));
  const auto told = bench.told(1).at(0);
  EXPECT_EQ(told.status, 413U);
  EXPECT_EQ(told.forwarded.phase, phase::done);
  EXPECT_EQ(bench.counts().idle.get(), 0U);
}

TEST(forwarded_requests, whose_token_ends_are_cut_off) {
  auto who = std::make_shared<core::principal>();
  who->expiry = core::wall_time::clock::now();
  who->claims = R"({"sub":"ann"})";
  const raw_server up{scripted({"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhello"})};
  auto with = to(up);
  with.principal = who;
  forward_bench bench{with};
  const auto got = support::run_response(bench.ask(last_get));
  EXPECT_EQ(got.body, "hello");
  EXPECT_FALSE(got.whole);
  const auto told = bench.told(1).at(0);
  EXPECT_EQ(told.reason, "token_ended");
  EXPECT_EQ(told.forwarded.ended, by::token);
  EXPECT_EQ(told.forwarded.phase, phase::answering);
  EXPECT_EQ(bench.counts().cut_by_token.get(), 1U);
}

constexpr std::string_view websocket =
    "GET /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nearly";

TEST(forwarded_requests, that_are_upgraded_go_on_as_bytes_both_ways) {
  const raw_server up{[](raw_server::socket& peer) {
    auto text = raw_server::read_head(peer);
    raw_server::send(peer, "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nhi");
    std::array<char, 100> piece;
    boost::system::error_code error;
    while (!error) {
      const auto got = peer.read_some(boost::asio::buffer(piece), error);
      raw_server::send(peer, {piece.data(), got});
      if (std::string_view{piece.data(), got}.find("bye") != std::string_view::npos) return;
    }
  }};
  forward_bench bench{to(up)};
  {
    support::client client{bench.endpoint()};
    client.send(websocket);
    EXPECT_THAT(client.read_past("early"),
                AllOf(StartsWith("HTTP/1.1 101 "), EndsWith("\r\n\r\nhiearly")));
    client.send(std::string_view{"\0\r\n\r\n", 5});
    client.send("bye");
    EXPECT_THAT(client.read_to_end(), EndsWith("bye"));
  }
  const auto told = bench.told(1).at(0);
  EXPECT_EQ(told.status, 101U);
  EXPECT_EQ(told.forwarded.phase, phase::done);
  EXPECT_EQ(told.forwarded.ended, by::nobody);
  EXPECT_EQ(bench.counts().tunnels.get(), 1U);
  EXPECT_EQ(bench.counts().idle.get(), 0U);
}

}  // namespace
}  // namespace latchkey::edge
