#include <latchkey/async/socket_waits.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace latchkey::async {
namespace {

TEST(socket_waits, are_the_same_for_all_of_one_context) {
  asio::io_context one;
  asio::io_context other;
  auto& waits = socket_waits_of(one.get_executor());
  EXPECT_EQ(&waits, &socket_waits_of(one.get_executor()));
  EXPECT_NE(&waits, &socket_waits_of(other.get_executor()));
  EXPECT_EQ(waits.where, one.get_executor());
}

task<> wait_for_ever(executor where, int descriptor, std::shared_ptr<int> held) {
  readiness::entry entry{socket_waits_of(where).ready, descriptor};
  entry.clear_ready(readiness::direction::read);
  co_await entry.wait(readiness::direction::read);
  ++*held;
}

TEST(socket_waits, let_go_what_still_waits_when_its_context_ends) {
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair.data()), 0);
  auto held = std::make_shared<int>(0);
  {
    asio::io_context context;
    asio::co_spawn(context, wait_for_ever(context.get_executor(), pair[0], held), asio::detached);
    context.poll();
    EXPECT_EQ(held.use_count(), 2) << "it waits";
  }
  EXPECT_EQ(held.use_count(), 1) << "its frame is gone";
  EXPECT_EQ(*held, 0) << "it was not resumed";
  EXPECT_EQ(::fcntl(pair[0], F_GETFD), -1) << "and so is the socket it owned";
  ::close(pair[1]);
}

}  // namespace
}  // namespace latchkey::async
