#include <latchkey/async/heartbeat.hpp>

#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>

namespace latchkey::async {
namespace {

void post_to_all(io_pool& pool) {
  for (std::size_t i = 0; i < pool.size(); ++i) {
    std::promise<void> ran;
    asio::post(pool.at(i), [&ran] { ran.set_value(); });
    ran.get_future().wait();
  }
}

TEST(heartbeat, comes_when_every_thread_has_turned) {
  io_pool home{1};
  io_pool pool{3};
  home.run();
  pool.run();
  std::promise<io_pool::thread_index> told;
  heartbeat(pool, home.at(0), [&told] { told.set_value(io_pool::calling_thread()); });
  EXPECT_EQ(told.get_future().get().pool, &home);
}

TEST(heartbeat, does_not_come_while_one_thread_hangs) {
  io_pool home{1};
  io_pool pool{3};
  home.run();
  pool.run();
  std::promise<void> go_on;
  auto hung = go_on.get_future().share();
  asio::post(pool.at(1), [hung] { hung.wait(); });
  std::atomic<bool> alive{false};
  std::promise<void> told;
  heartbeat(pool, home.at(0), [&] {
    alive = true;
    told.set_value();
  });
  for (const std::size_t other : {0U, 2U}) {
    std::promise<void> ran;
    asio::post(pool.at(other), [&ran] { ran.set_value(); });
    ran.get_future().wait();
  }
  post_to_all(home);
  EXPECT_FALSE(alive);
  go_on.set_value();
  told.get_future().wait();
  EXPECT_TRUE(alive);
}

TEST(heartbeat, may_be_left_unanswered) {
  const auto held = std::make_shared<int>(0);
  {
    io_pool home{1};
    io_pool pool{2};
    heartbeat(pool, home.at(0), [held] { ADD_FAILURE() << "nothing ran"; });
    EXPECT_GT(held.use_count(), 1);
  }
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace latchkey::async
