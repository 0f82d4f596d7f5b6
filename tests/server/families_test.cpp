#include "support/client.hpp"

#include <latchkey/http/response.hpp>
#include <latchkey/server/server.hpp>

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <string>
#include <vector>

namespace latchkey::server {
namespace {

using support::client;

async::task<http::response> answer(http::context& ctx) {
  co_return http::response::text(http::status::ok, "text/plain", std::string{ctx.target.path});
}

// A server on addresses of the test's own, and its pool.
class on_addresses {
 public:
  explicit on_addresses(const std::vector<async::tcp::endpoint>& listen,
                        server_settings settings = {})
      : pool_{1}, server_{pool_, listen, std::move(settings), answer, core::system_clock()} {
    server_.start();
    pool_.run();
  }
  on_addresses(const on_addresses&) = delete;
  on_addresses& operator=(const on_addresses&) = delete;
  ~on_addresses() {
    pool_.stop();
    pool_.join();
  }
  std::uint16_t port() const { return server_.endpoints().front().port(); }
  server& get() { return server_; }

 private:
  async::io_pool pool_;
  server server_;
};

std::string ask(const std::string& address, std::uint16_t port, const std::string& bytes) {
  try {
    client one{{boost::asio::ip::make_address(address), port}};
    one.send(bytes);
    return one.read_to_end();
  } catch (const boost::system::system_error&) {
    return {};
  }
}

bool answers(const std::string& address, std::uint16_t port) {
  return ask(address, port, "GET /1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
      .ends_with("/1");
}

class families : public testing::Test {
 protected:
  void SetUp() override {
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor probe{io};
    boost::system::error_code error;
    probe.open(boost::asio::ip::tcp::v6(), error);
    if (!error) probe.bind({boost::asio::ip::address_v6::loopback(), 0}, error);
    if (error) GTEST_SKIP() << "needs IPv6";
  }
};

TEST_F(families, meet_at_the_unspecified_address_of_ipv6) {
  std::promise<std::string> peer;
  server_settings settings;
  settings.observe = [&](const http::exchange& one) {
    if (one.status == 400) peer.set_value(std::string{one.peer});
  };
  const on_addresses both{{parse_endpoint("[::]:0")}, settings};
  EXPECT_TRUE(answers("::1", both.port()));
  EXPECT_TRUE(answers("127.0.0.1", both.port()));
  ask("127.0.0.1", both.port(), "hello\r\n\r\n");
  auto told = peer.get_future();
  ASSERT_EQ(told.wait_for(std::chrono::seconds{8}), std::future_status::ready);
  EXPECT_EQ(told.get(), "127.0.0.1") << "not ::ffff:127.0.0.1";
}

TEST_F(families, still_meet_after_a_pause) {
  on_addresses both{{parse_endpoint("[::]:0")}};
  std::promise<core::error_code> resumed;
  both.get().pause([&](core::error_code) {
    both.get().resume([&](core::error_code error) { resumed.set_value(error); });
  });
  EXPECT_FALSE(resumed.get_future().get());
  EXPECT_TRUE(answers("127.0.0.1", both.port()));
}

TEST_F(families, are_kept_apart_where_told_so) {
  server_settings settings;
  settings.v6_only = true;
  const on_addresses alone{{parse_endpoint("[::]:0")}, settings};
  EXPECT_TRUE(answers("::1", alone.port()));
  EXPECT_FALSE(answers("127.0.0.1", alone.port()));
}

TEST_F(families, are_kept_apart_where_ipv4_has_an_address_of_its_own) {
  std::uint16_t port = 0;
  {
    const on_addresses free{{parse_endpoint("[::]:0")}};
    port = free.port();
  }
  const auto text = std::to_string(port);
  for (const std::string address : {"0.0.0.0:", "127.0.0.1:"}) {
    const on_addresses two{{parse_endpoint("[::]:" + text), parse_endpoint(address + text)}};
    EXPECT_TRUE(answers("::1", port)) << address;
    EXPECT_TRUE(answers("127.0.0.1", port)) << address;
  }
}

}  // namespace
}  // namespace latchkey::server
