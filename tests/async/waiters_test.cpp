#include <latchkey/async/io_pool.hpp>
#include <latchkey/async/waiters.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>
#include <support/run.hpp>

#include <atomic>
#include <future>
#include <mutex>

namespace latchkey::async {
namespace {

core::deadline in(core::steady_duration time) {
  return core::deadline{std::chrono::steady_clock::now() + time};
}

TEST(waiters, wakes_one_who_waits) {
  asio::io_context context;
  waiters list;
  const auto one = list.join(context.get_executor());
  EXPECT_EQ(list.size(), 1U);
  asio::post(context, [&list] { wake_all(list.take()); });
  EXPECT_TRUE(support::run(context, one->wait(core::deadline{})));
  EXPECT_EQ(list.size(), 0U);
}

TEST(waiters, does_not_lose_a_wake_that_comes_before_the_wait) {
  asio::io_context context;
  waiters list;
  const auto one = list.join(context.get_executor());
  wake_all(list.take());
  context.run();
  EXPECT_TRUE(support::run(context, one->wait(core::deadline{})));
}

TEST(waiters, gives_up_at_the_deadline) {
  asio::io_context context;
  waiters list;
  const auto one = list.join(context.get_executor());
  const auto until = in(std::chrono::milliseconds{20});
  EXPECT_FALSE(support::run(context, one->wait(until)));
  EXPECT_GE(std::chrono::steady_clock::now(), until.at());
}

TEST(waiters, does_not_wait_past_a_deadline_that_has_passed) {
  asio::io_context context;
  waiters list;
  const auto one = list.join(context.get_executor());
  EXPECT_FALSE(support::run(context, one->wait(in(std::chrono::seconds{-1}))));
}

TEST(waiters, leave_forgets_the_one_and_keeps_the_others) {
  asio::io_context context;
  waiters list;
  const auto a = list.join(context.get_executor());
  const auto b = list.join(context.get_executor());
  const auto c = list.join(context.get_executor());
  list.leave(a);
  EXPECT_EQ(list.size(), 2U);
  const auto left = list.take();
  EXPECT_EQ(std::count(left.begin(), left.end(), a), 0);
  EXPECT_EQ(std::count(left.begin(), left.end(), b), 1);
  EXPECT_EQ(std::count(left.begin(), left.end(), c), 1);
  list.leave(b);  // has been taken: nothing to forget
  EXPECT_EQ(list.size(), 0U);
}

TEST(waiters, wake_outlives_the_one_who_gave_up) {
  asio::io_context context;
  waiters list;
  list.join(context.get_executor());
  wake_all(list.take());
  EXPECT_EQ(context.run(), 1U);
}

// What the list is for: many coroutines on many threads, some with deadlines that pass while they
// are being woken.
TEST(waiters, wake_coroutines_on_many_threads) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = 250;
  struct {
    std::mutex mutex;
    waiters list;
    std::atomic<std::size_t> joined{0};
    std::atomic<std::size_t> woken{0};
    std::atomic<std::size_t> late{0};
    std::atomic<std::size_t> ended{0};
    std::promise<void> all_ended;
  } shared;
  io_pool pool{threads};
  const auto one = [](auto& all, executor where, std::size_t number) -> task<> {
    std::shared_ptr<waiter> mine;
    {
      const std::lock_guard lock{all.mutex};
      mine = all.list.join(where);
    }
    ++all.joined;
    const auto until = number % 7 == 0 ? in(std::chrono::microseconds{500}) : core::deadline{};
    ++(co_await mine->wait(until) ? all.woken : all.late);
    {
      const std::lock_guard lock{all.mutex};
      all.list.leave(mine);
    }
    if (++all.ended == threads * each) all.all_ended.set_value();
  };
  for (std::size_t i = 0; i < threads * each; ++i) {
    const auto where = pool.at(i % threads);
    asio::co_spawn(where, one(shared, where, i), asio::detached);
  }
  pool.run();
  auto ended = shared.all_ended.get_future();
  // Wakes whoever is there, again and again, until nobody is left.
  while (ended.wait_for(std::chrono::milliseconds{1}) != std::future_status::ready) {
    std::vector<std::shared_ptr<waiter>> taken;
    {
      const std::lock_guard lock{shared.mutex};
      taken = shared.list.take();
    }
    wake_all(std::move(taken));
  }
  EXPECT_EQ(shared.joined, threads * each);
  EXPECT_EQ(shared.woken + shared.late, threads * each);
  // Without a deadline nobody ends but by being woken.
  EXPECT_GE(shared.woken, threads * each - threads * each / 7 - 1);
  EXPECT_EQ(shared.list.size(), 0U);
}

}  // namespace
}  // namespace latchkey::async
