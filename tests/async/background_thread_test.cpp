#include <latchkey/async/background_thread.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <stdexcept>
#include <thread>

namespace latchkey::async {
namespace {

class background_thread_test : public testing::Test {
 protected:
  static task<> run_once(background_thread& thread, background_thread::work what, bool& ended) {
    try {
      co_await thread.run(std::move(what));
    } catch (const std::runtime_error&) {
    }
    ended = true;
  }

  void spawn(background_thread& thread, background_thread::work what, bool& ended) {
    asio::co_spawn(context_, run_once(thread, std::move(what), ended), asio::detached);
  }

  asio::io_context context_;
};

TEST_F(background_thread_test, works_elsewhere_and_resumes_here) {
  background_thread thread;
  for (int i = 0; i < 3; ++i) {
    std::thread::id where;
    bool ended = false;
    spawn(
        thread, [&where](const std::atomic<bool>&) { where = std::this_thread::get_id(); }, ended);
    context_.restart();
    context_.run();
    EXPECT_TRUE(ended);
    EXPECT_NE(where, std::this_thread::get_id());
    EXPECT_NE(where, std::thread::id{});
  }
}

// The context serves others while the work lasts: it is what lets the work end.
TEST_F(background_thread_test, keeps_nobody_waiting) {
  background_thread thread;
  std::promise<void> go_on;
  bool ended = false;
  auto gate = std::make_shared<std::future<void>>(go_on.get_future());
  spawn(thread, [gate](const std::atomic<bool>&) { gate->wait(); }, ended);
  asio::post(context_, [&] {
    EXPECT_FALSE(ended);
    go_on.set_value();
  });
  context_.run();
  EXPECT_TRUE(ended);
}

TEST_F(background_thread_test, hands_on_what_the_work_throws) {
  background_thread thread;
  bool ended = false;
  spawn(thread, [](const std::atomic<bool>&) { throw std::runtime_error{"fault"}; }, ended);
  context_.run();
  EXPECT_TRUE(ended);
}

TEST_F(background_thread_test, tells_the_work_to_stop_and_waits_for_it) {
  bool ended = false;
  const auto noticed = std::make_shared<std::atomic<bool>>(false);
  {
    background_thread thread;
    std::promise<void> begun;
    auto running = begun.get_future();
    spawn(
        thread,
        [noticed, &begun](const std::atomic<bool>& stopped) {
          begun.set_value();
          while (!stopped) std::this_thread::yield();
          *noticed = true;
        },
        ended);
    context_.poll();
    running.wait();
  }
  EXPECT_TRUE(*noticed);
}

// As at the end of a program: the context is destroyed, and with it the coroutine, while the work
// goes on.
TEST_F(background_thread_test, outlives_the_context_of_who_waits) {
  background_thread thread;
  auto ending = std::make_unique<asio::io_context>();
  std::promise<void> begun;
  auto running = begun.get_future();
  std::promise<void> go_on;
  auto gate = std::make_shared<std::future<void>>(go_on.get_future());
  bool ended = false;
  background_thread::work what = [gate, &begun](const std::atomic<bool>&) {
    begun.set_value();
    gate->wait();
  };
  asio::co_spawn(*ending, run_once(thread, std::move(what), ended), asio::detached);
  ending->poll();
  running.wait();
  ending.reset();
  go_on.set_value();
  EXPECT_FALSE(ended);
}

}  // namespace
}  // namespace latchkey::async
