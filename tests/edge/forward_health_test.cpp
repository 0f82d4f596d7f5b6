// What a request that fails says of the address it was sent to, and what clients cannot make it
// say.
#include "forward_bench.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <poll.h>
#include <string>
#include <string_view>
#include <utility>

namespace latchkey::edge {
namespace {

using namespace std::chrono_literals;
using support::raw_server;

constexpr std::string_view get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
// More than a client may take, and be one of whom nothing is said.
constexpr auto long_wait = 1300ms;

// Two addresses that do the same, as the last one is never ejected, and one failure would do.
class two_upstreams {
 public:
  explicit two_upstreams(const raw_server::script& act) : one_{act}, other_{act} {}

  forward_bench::options options(std::string_view scheme = "http") const {
    auto made = to(one_, other_);
    for (auto& url : made.upstream.addresses) url.replace(0, url.find(':'), scheme);
    made.upstream.health.failures = 1;
    made.upstream.retry.attempts = 1;
    return made;
  }

 private:
  raw_server one_;
  raw_server other_;
};

// Sends for as long as the peer takes something within `patience`.
void send_while_taken(raw_server::socket& to, std::chrono::milliseconds patience) {
  const std::string piece = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
  to.non_blocking(true);
  boost::system::error_code error;
  ::pollfd watched{to.native_handle(), POLLOUT, 0};
  std::size_t at = 0;
  while (::poll(&watched, 1, static_cast<int>(patience.count())) == 1) {
    at += to.write_some(boost::asio::buffer(piece.data() + at, piece.size() - at), error);
    if (error && error != boost::asio::error::would_block) return;
    if (at == piece.size()) at = 0;
  }
}

// Reads for as long as the peer sends something within `patience`.
void read_while_sent(raw_server::socket& from, std::chrono::milliseconds patience) {
  std::array<char, 4096> piece;
  boost::system::error_code error;
  ::pollfd watched{from.native_handle(), POLLIN, 0};
  while (!error && ::poll(&watched, 1, static_cast<int>(patience.count())) == 1) {
    from.read_some(boost::asio::buffer(piece), error);
  }
}

TEST(what_an_address_is_judged_by, is_no_client_that_leaves_while_a_connection_is_made) {
  const two_upstreams silent{[](raw_server::socket& peer) { raw_server::read_to_end(peer); }};
  forward_bench bench{silent.options("https")};
  {
    support::client client{bench.endpoint()};
    client.send(get);
    ASSERT_TRUE(eventually([&] { return bench.sum(&upstream_counts::outstanding) == 1; }));
  }
  const auto told = bench.told(1).at(0);
  EXPECT_EQ(told.reason, "client_gone");
  EXPECT_EQ(told.forwarded.phase, http::forward_phase::connecting);
  EXPECT_EQ(bench.sum(&upstream_counts::ejections), 0U);
  EXPECT_EQ(bench.sum(&upstream_counts::outstanding), 0U);
}

TEST(what_an_address_is_judged_by, is_an_answer_that_is_cut_off) {
  const two_upstreams cutting{[](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, chunked + "5\r\nhello\r\n");
  }};
  forward_bench bench{cutting.options()};
  bench.ask(get);
  EXPECT_TRUE(bench.told(1).at(0).failed);
  EXPECT_EQ(bench.sum(&upstream_counts::ejections), 1U);
}

TEST(what_an_address_is_judged_by, is_no_answer_that_its_client_was_slow_to_take) {
  std::atomic<bool> given_up = false;
  const two_upstreams impatient{[&](raw_server::socket& peer) {
    raw_server::read_head(peer);
    raw_server::send(peer, chunked);
    send_while_taken(peer, long_wait);
    raw_server::reset(peer);
    given_up = true;
  }};
  forward_bench bench{impatient.options()};
  support::client client{bench.endpoint()};
  client.send(get);
  ASSERT_TRUE(eventually([&] { return given_up.load(); }));
  client.read_to_end();
  const auto told = bench.told(1).at(0);
  EXPECT_TRUE(told.failed);
  EXPECT_EQ(told.forwarded.ended, http::ended_by::upstream);
  EXPECT_EQ(bench.sum(&upstream_counts::ejections), 0U);
}

TEST(what_an_address_is_judged_by, is_no_request_that_its_client_was_slow_to_send) {
  const two_upstreams impatient{[](raw_server::socket& peer) { read_while_sent(peer, long_wait); }};
  forward_bench bench{impatient.options()};
  const auto answer =
      bench.ask("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nhello");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 502 ")) << answer;
  EXPECT_EQ(bench.told(1).at(0).reason, "upstream_no_answer");
  EXPECT_EQ(bench.sum(&upstream_counts::ejections), 0U);
}

TEST(what_an_address_is_judged_by, is_no_time_of_the_route_that_its_client_used_up) {
  const two_upstreams slow{[](raw_server::socket& peer) { raw_server::read_to_end(peer); }};
  auto with = slow.options();
  with.total = 600ms;
  forward_bench bench{with};
  support::client client{bench.endpoint()};
  client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nx");
  const auto most = core::steady_time::clock::now() + 400ms;
  ASSERT_TRUE(eventually([&] { return core::steady_time::clock::now() > most; }));
  client.send("y");
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 504 "));
  EXPECT_EQ(bench.told(1).at(0).reason, "upstream_timeout");
  EXPECT_EQ(bench.sum(&upstream_counts::ejections), 0U);
}

TEST(what_an_address_is_judged_by, is_a_time_of_the_route_that_it_used_up) {
  const two_upstreams slow{[](raw_server::socket& peer) { raw_server::read_to_end(peer); }};
  auto with = slow.options();
  with.total = 300ms;
  forward_bench bench{with};
  EXPECT_TRUE(bench.ask("GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                  .starts_with("HTTP/1.1 504 "));
  EXPECT_EQ(bench.sum(&upstream_counts::ejections), 1U);
}

// Whatever of the body is on its way: the answer is due by the route's time.
TEST(forwarded_requests, have_the_time_of_their_route_whatever_their_body_does) {
  const std::string head = "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
  const std::pair<const char*, std::string> cases[] = {
      {"chunked, not whole", head + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n"},
      {"short, not whole", head + "Content-Length: 20\r\n\r\nx"},
      {"long and whole", head + "Content-Length: 20000\r\n\r\n" + std::string(20000, 'x')},
      {"expected", head + "Content-Length: 20000\r\nExpect: 100-continue\r\n\r\n"},
  };
  for (const auto& [name, request] : cases) {
    SCOPED_TRACE(name);
    const support::raw_server silent{
        [](raw_server::socket& peer) { raw_server::read_to_end(peer); }};
    auto with = to(silent);
    with.total = 200ms;
    forward_bench bench{with};
    EXPECT_TRUE(bench.ask(request).starts_with("HTTP/1.1 504 "));
    EXPECT_EQ(bench.told(1).at(0).reason, "upstream_timeout");
  }
}

}  // namespace
}  // namespace latchkey::edge
