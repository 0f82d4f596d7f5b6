#include "server/listening.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <optional>
#include <string>
#include <utility>

namespace latchkey::server {
namespace {

class listening : public testing::TestWithParam<const char*> {
 protected:
  // Of a family that this machine lacks there is none.
  bool listen() {
    const async::tcp::endpoint any{boost::asio::ip::make_address(GetParam()), 0};
    auto made = bound_acceptor(io_.get_executor(), {.where = any});
    if (made.has_error()) return false;
    at_.emplace(std::move(*made));
    at_->listen();
    return true;
  }
  async::tcp_socket client() {
    async::tcp_socket made{io_};
    made.connect(at_->local_endpoint());
    return made;
  }

  boost::asio::io_context io_;
  std::optional<async::tcp_acceptor> at_;
};

TEST_P(listening, gives_sockets_that_neither_block_nor_wait_and_are_closed_in_children) {
  if (!listen()) GTEST_SKIP() << "no such address here: " << GetParam();
  const auto asks = client();
  const auto got = accept_next(*at_);
  ASSERT_TRUE(got.has_value()) << got.error().message();
  EXPECT_EQ(got->peer, asks.local_endpoint());
  const int socket = got->socket.get();
  EXPECT_NE(::fcntl(socket, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_NE(::fcntl(socket, F_GETFD) & FD_CLOEXEC, 0);
  int at_once = 0;
  ::socklen_t size = sizeof at_once;
  ASSERT_EQ(::getsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &at_once, &size), 0);
  EXPECT_EQ(at_once, 1);
}

TEST_P(listening, says_that_nobody_waits) {
  if (!listen()) GTEST_SKIP() << "no such address here: " << GetParam();
  EXPECT_EQ(accept_next(*at_).error(), boost::asio::error::would_block);
  const auto first = client();
  const auto second = client();
  EXPECT_TRUE(accept_next(*at_).has_value());
  EXPECT_TRUE(accept_next(*at_).has_value());
  EXPECT_EQ(accept_next(*at_).error(), boost::asio::error::would_block);
  at_->close();
  EXPECT_EQ(accept_next(*at_).error(), boost::system::errc::bad_file_descriptor);
}

INSTANTIATE_TEST_SUITE_P(each, listening, testing::Values("127.0.0.1", "::1"), [](const auto& one) {
  return std::string{one.param} == "::1" ? "ipv6" : "ipv4";
});

}  // namespace
}  // namespace latchkey::server
