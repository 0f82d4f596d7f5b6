// What an upstream is told of the client by the PROXY protocol, and that no two clients share a
// connection then.
#include "forward_bench.hpp"

#include <latchkey/net/proxy_header.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

namespace latchkey::edge {
namespace {

using net::proxy_version;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;
using testing::StartsWith;

constexpr std::string_view get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";

// Answers every request of a connection, and keeps what it has read up to the end of the first
// head.
class listening_upstream {
 public:
  const support::raw_server& server() const { return server_; }
  std::vector<std::string> heads() {
    const std::lock_guard lock{mutex_};
    return heads_;
  }

 private:
  void serve(support::raw_server::socket& peer) {
    for (bool first = true;; first = false) {
      // The mark of version 2 holds an empty line itself.
      auto head = support::raw_server::read_head(peer);
      if (first && head.find("GET") == head.npos) head += support::raw_server::read_head(peer);
      if (head.empty()) return;
      {
        const std::lock_guard lock{mutex_};
        heads_.push_back(std::move(head));
      }
      support::raw_server::send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    }
  }

  std::mutex mutex_;
  std::vector<std::string> heads_;
  support::raw_server server_{[this](support::raw_server::socket& peer) { serve(peer); }};
};

std::vector<std::string> heads_of_two_requests(proxy_version version) {
  listening_upstream behind;
  auto options = to(behind.server());
  options.upstream.send_proxy = version;
  forward_bench bench{std::move(options)};
  support::client client{bench.endpoint()};
  for (int i = 0; i < 2; ++i) {
    client.send(get);
    EXPECT_THAT(client.read_past("ok"), HasSubstr("200 OK"));
  }
  EXPECT_EQ(bench.sum(&upstream_counts::connects), version == proxy_version::none ? 1U : 2U);
  EXPECT_EQ(bench.sum(&upstream_counts::reused), version == proxy_version::none ? 1U : 0U);
  return behind.heads();
}

TEST(sent_proxy_header, is_none_unless_it_is_asked_for) {
  EXPECT_THAT(heads_of_two_requests(proxy_version::none),
              AllOf(SizeIs(2), Each(StartsWith("GET /x "))));
}

TEST(sent_proxy_header, stands_before_each_request_on_a_connection_of_its_own) {
  EXPECT_THAT(heads_of_two_requests(proxy_version::v1),
              AllOf(SizeIs(2), Each(AllOf(StartsWith("PROXY TCP4 127.0.0.1 127.0.0.1 "),
                                          HasSubstr("\r\nGET /x ")))));
}

TEST(sent_proxy_header, says_who_the_client_is) {
  const auto heads = heads_of_two_requests(proxy_version::v2);
  ASSERT_THAT(heads, SizeIs(2));
  const auto read = net::read_proxy_header(heads[0]);
  ASSERT_TRUE(read.has_value() && *read && (*read)->route);
  EXPECT_EQ((*read)->route->source.address().to_string(), "127.0.0.1");
  EXPECT_NE((*read)->route->source.port(), 0);
  EXPECT_NE((*read)->route->destination.port(), 0);
  EXPECT_THAT(heads[0].substr((*read)->size), StartsWith("GET /x "));
}

}  // namespace
}  // namespace latchkey::edge
