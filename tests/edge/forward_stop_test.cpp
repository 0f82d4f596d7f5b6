// The server ends in every phase of a request that is forwarded: what is under way is destroyed
// with the threads that it ran on.
#include "forward_bench.hpp"
#include "support/full_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::edge {
namespace {

using namespace std::chrono_literals;
using support::raw_server;

constexpr std::string_view get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

// Answers the head of a request with some bytes, and reads to the end or is deaf. Serves one
// connection on each of its ports.
class upstreams {
 public:
  upstreams(std::size_t count, std::string answer, bool reads = true) {
    for (std::size_t i = 0; i < count; ++i) {
      all_.push_back(std::make_unique<raw_server>([this, answer, reads](raw_server::socket& peer) {
        raw_server::read_head(peer);
        raw_server::send(peer, answer);
        ++heads_;
        if (reads) return raw_server::read_to_end(peer);
        raw_server::gone(peer, 8s);
        while (!stopped_) std::this_thread::yield();
      }));
    }
  }
  ~upstreams() { stopped_ = true; }
  std::vector<std::string> urls() const {
    std::vector<std::string> made;
    for (const auto& one : all_) made.push_back(url_of(*one));
    return made;
  }
  std::size_t heads() const { return heads_; }

 private:
  std::atomic<std::size_t> heads_ = 0;
  std::atomic<bool> stopped_ = false;
  std::vector<std::unique_ptr<raw_server>> all_;
};

constexpr std::size_t clients = 6;
constexpr std::size_t threads = 2;

forward_bench::options to_all(std::vector<std::string> urls) {
  forward_bench::options made;
  made.threads = threads;
  made.upstream.addresses = std::move(urls);
  // Each client has an upstream of its own.
  made.upstream.circuit = {1024, 1024};
  return made;
}

// They are to be there still when the server ends: declared before it.
using connected = std::vector<std::unique_ptr<support::client>>;

connected send_all(forward_bench& bench, std::string_view bytes) {
  connected made;
  for (std::size_t i = 0; i < clients; ++i) {
    made.push_back(std::make_unique<support::client>(bench.endpoint()));
    made.back()->send(bytes);
  }
  return made;
}

// Spread by the fewest outstanding, two of several addresses may be the same: as many heads as are
// sure to come.
constexpr std::size_t some = 1;

// Of a few at least the head.
bool has_answers(const forward_bench& bench) {
  return eventually([&] { return bench.sum(&upstream_counts::first_byte_us) > 0; });
}

TEST(ending, while_requests_wait_for_a_place) {
  const upstreams up{clients, ""};
  auto with = to_all(up.urls());
  with.upstream.circuit = {threads, 1024};
  with.upstream.timeouts.connect = 60s;
  connected all;
  forward_bench bench{with};
  all = send_all(bench, get);
  ASSERT_TRUE(
      eventually([&] { return bench.sum(&upstream_counts::waiting) >= clients - threads; }));
}

TEST(ending, while_connections_are_made) {
  const support::full_queue silent;
  auto with = to_all({"http://127.0.0.1:" + std::to_string(silent.endpoint().port())});
  with.upstream.timeouts.connect = 60s;
  connected all;
  forward_bench bench{with};
  all = send_all(bench, get);
  ASSERT_TRUE(eventually([&] { return bench.sum(&upstream_counts::outstanding) == clients; }));
}

TEST(ending, while_tls_is_agreed_on) {
  const upstreams up{clients, "", false};
  auto urls = up.urls();
  for (auto& url : urls) url.replace(0, 4, "https");
  auto with = to_all(urls);
  with.upstream.timeouts.connect = 60s;
  connected all;
  forward_bench bench{with};
  all = send_all(bench, get);
  ASSERT_TRUE(eventually([&] { return bench.sum(&upstream_counts::outstanding) == clients; }));
}

TEST(ending, while_answers_are_waited_for) {
  const upstreams up{clients, ""};
  connected all;
  forward_bench bench{to_all(up.urls())};
  all = send_all(bench, get);
  ASSERT_TRUE(eventually([&] { return up.heads() >= some; }));
  ASSERT_TRUE(eventually([&] { return bench.sum(&upstream_counts::outstanding) == clients; }));
}

TEST(ending, while_half_a_head_is_there) {
  const upstreams up{clients, "HTTP/1.1 103 X\r\n\r\nHTTP/1.1 200 OK\r\nX-A: "};
  connected all;
  forward_bench bench{to_all(up.urls())};
  all = send_all(bench, get);
  ASSERT_TRUE(eventually([&] { return up.heads() >= some; }));
}

TEST(ending, while_small_bodies_are_waited_for) {
  const upstreams up{clients, ""};
  connected all;
  forward_bench bench{to_all(up.urls())};
  all = send_all(bench, "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhello");
  EXPECT_EQ(bench.sum(&upstream_counts::outstanding), 0U) << "a slow client takes no place";
}

TEST(ending, while_bodies_are_waited_for_and_answers_too) {
  const upstreams up{clients, ""};
  connected all;
  forward_bench bench{to_all(up.urls())};
  all =
      send_all(bench, "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello");
  ASSERT_TRUE(eventually([&] { return up.heads() >= some; }));
}

TEST(ending, while_an_upstream_takes_no_more_of_a_body) {
  const upstreams up{clients, "", false};
  connected all;
  forward_bench bench{to_all(up.urls())};
  const std::string piece(1 << 16U, 'x');
  all.push_back(std::make_unique<support::client>(bench.endpoint()));
  auto& one = *all.front();
  one.send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n");
  one.socket().non_blocking(true);
  boost::system::error_code error;
  std::size_t sent = 0;
  while (!error && sent + piece.size() < 900'000) {
    sent += one.socket().write_some(boost::asio::buffer(piece), error);
  }
  ASSERT_TRUE(eventually([&] { return up.heads() >= some; }));
}

TEST(ending, while_the_rest_of_answers_is_waited_for) {
  const upstreams up{clients, chunked + "5\r\nhello\r\n"};
  connected all;
  forward_bench bench{to_all(up.urls())};
  all = send_all(bench, get);
  ASSERT_TRUE(has_answers(bench));
}

TEST(ending, while_answers_come_before_their_requests_are_whole) {
  const upstreams up{clients, chunked + "5\r\nhello\r\n"};
  connected all;
  forward_bench bench{to_all(up.urls())};
  all =
      send_all(bench, "PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello");
  ASSERT_TRUE(has_answers(bench));
}

TEST(ending, while_a_whole_answer_came_before_its_request_is_whole) {
  const upstreams up{clients, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};
  connected all;
  forward_bench bench{to_all(up.urls())};
  all = send_all(bench, "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\nhello");
  ASSERT_TRUE(has_answers(bench));
}

TEST(ending, while_clients_do_not_read) {
  const upstreams up{
      clients, "HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n" + std::string(7'000'000, 'x'),
      false};
  auto with = to_all(up.urls());
  connected all;
  forward_bench bench{with};
  all = send_all(bench, get);
  ASSERT_TRUE(has_answers(bench));
}

TEST(ending, while_tunnels_are_open) {
  const upstreams up{clients,
                     "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nhello"};
  connected all;
  forward_bench bench{to_all(up.urls())};
  all = send_all(bench,
                 "GET /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n"
                 "Upgrade: websocket\r\n\r\nhi");
  ASSERT_TRUE(has_answers(bench));
}

TEST(ending, while_one_side_of_a_tunnel_has_ended) {
  const upstreams up{
      clients, "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\nhello", false};
  connected all;
  forward_bench bench{to_all(up.urls())};
  all = send_all(bench,
                 "GET /x HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n"
                 "Upgrade: websocket\r\n\r\nhi");
  ASSERT_TRUE(has_answers(bench));
  for (const auto& one : all) one->socket().shutdown(boost::asio::socket_base::shutdown_send);
}

TEST(ending, while_connections_rest) {
  const upstreams up{clients, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};
  connected all;
  forward_bench bench{to_all(up.urls())};
  all = send_all(bench, get);
  ASSERT_TRUE(eventually([&] { return bench.sum(&upstream_counts::idle) > 0; }));
}

TEST(ending, by_drain_cuts_off_what_waits_for_an_upstream) {
  const struct {
    std::string answer;
    std::string_view request;
    http::forward_phase at;
  } cases[] = {
      {"", get, http::forward_phase::waiting},
      {"", "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\nhello",
       http::forward_phase::waiting},
      {chunked + "5\r\nhello\r\n", get, http::forward_phase::answering},
  };
  for (const auto& given : cases) {
    SCOPED_TRACE(given.answer);
    const upstreams up{1, given.answer};
    forward_bench bench{to_all(up.urls())};
    support::client one{bench.endpoint()};
    one.send(given.request);
    ASSERT_TRUE(eventually([&] { return up.heads() == 1; }));
    if (!given.answer.empty()) one.read_past("hello");
    auto drained = bench.server().drain(100ms);
    EXPECT_EQ(drained.wait_for(8s), std::future_status::ready);
    const auto told = bench.told(1);
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(told[0].forwarded.phase, given.at);
    EXPECT_EQ(told[0].forwarded.ended, http::ended_by::drain);
    EXPECT_EQ(bench.sum(&upstream_counts::outstanding), 0U);
  }
}

}  // namespace
}  // namespace latchkey::edge
