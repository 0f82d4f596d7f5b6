#include <latchkey/async/io_pool.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace latchkey::async {
namespace {

std::thread::id thread_of(io_pool& pool, std::size_t index) {
  std::promise<std::thread::id> found;
  asio::post(pool.at(index), [&found] { found.set_value(std::this_thread::get_id()); });
  return found.get_future().get();
}

TEST(io_pool, has_at_least_one_context) {
  EXPECT_EQ(io_pool{0}.size(), 1U);
  EXPECT_EQ(io_pool{3}.size(), 3U);
}

TEST(io_pool, runs_each_context_on_a_thread_of_its_own) {
  io_pool pool{4};
  pool.run();
  std::set<std::thread::id> threads;
  for (std::size_t i = 0; i < pool.size(); ++i) threads.insert(thread_of(pool, i));
  EXPECT_EQ(threads.size(), 4U);
  EXPECT_EQ(threads.count(std::this_thread::get_id()), 0U);
}

TEST(io_pool, runs_all_work_of_a_context_on_the_same_thread) {
  io_pool pool{2};
  pool.run();
  const auto first = thread_of(pool, 1);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(thread_of(pool, 1), first);
}

TEST(io_pool, does_nothing_before_run_and_everything_after) {
  io_pool pool{1};
  std::atomic<bool> ran{false};
  std::promise<void> done;
  asio::post(pool.at(0), [&] {
    ran = true;
    done.set_value();
  });
  EXPECT_FALSE(ran);
  pool.run();
  done.get_future().wait();
  EXPECT_TRUE(ran);
}

TEST(io_pool, stop_ends_threads_that_have_work_left) {
  io_pool pool{2};
  pool.run();
  // An hour's sleep on each: stop() must not wait for it.
  std::vector<std::unique_ptr<timer>> sleeping;
  for (std::size_t i = 0; i < pool.size(); ++i) {
    sleeping.push_back(std::make_unique<timer>(pool.at(i), std::chrono::hours{1}));
    sleeping.back()->async_wait([](boost::system::error_code) {});
  }
  pool.stop();
  pool.join();
  EXPECT_TRUE(pool.context(0).stopped());
  EXPECT_TRUE(pool.context(1).stopped());
}

TEST(io_pool, destroys_what_still_waits) {
  const auto held = std::make_shared<int>(0);
  {
    io_pool pool{1};
    const auto sleeper = [](executor where, std::shared_ptr<int> keep) -> task<> {
      timer pause{where, std::chrono::hours{1}};
      co_await pause.async_wait(use_task);
      ++*keep;
    };
    asio::co_spawn(pool.at(0), sleeper(pool.at(0), held), asio::detached);
    pool.run();
    thread_of(pool, 0);
    EXPECT_GT(held.use_count(), 1);
  }
  EXPECT_EQ(held.use_count(), 1);
  EXPECT_EQ(*held, 0);
}

// The system has no more than so many threads for us.
start_thread at_most(int count) {
  return [left = std::make_shared<int>(count)](std::function<void()> work) {
    if ((*left)-- == 0) {
      throw std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again)};
    }
    return new_thread(std::move(work));
  };
}

TEST(io_pool, leaves_no_thread_behind_where_one_cannot_be_had) {
  io_pool pool{4};
  std::atomic<int> running = 0;
  for (std::size_t i = 0; i < pool.size(); ++i) asio::post(pool.at(i), [&running] { ++running; });
  try {
    pool.run(at_most(2));
    FAIL() << "two of four are too few";
  } catch (const std::runtime_error& fault) {
    EXPECT_THAT(fault.what(), testing::StartsWith("cannot start thread 3 of 4: "));
  }
  EXPECT_TRUE(pool.context(0).stopped());
  EXPECT_LE(running, 2);
}

TEST(io_pool_run, ends_the_threads_before_what_they_use_goes) {
  io_pool pool{2};
  std::atomic<bool> gone = false;
  std::atomic<bool> used_late = false;
  struct used {
    std::atomic<bool>& gone;
    ~used() { gone = true; }
  };
  const std::function<void()> use = [&] {
    if (gone) used_late = true;
    asio::post(pool.at(1), use);
  };
  try {
    const used something{gone};
    const io_pool_run running{pool};
    asio::post(pool.at(1), use);
    thread_of(pool, 0);
    throw std::runtime_error{"what comes behind fails"};
  } catch (const std::runtime_error&) {
    EXPECT_TRUE(gone);
  }
  EXPECT_FALSE(used_late);
  EXPECT_TRUE(pool.context(1).stopped());
}

// What waits on one thread may be the last that refers to what all of them share.
TEST(io_pool, has_all_its_contexts_until_nothing_waits_on_any) {
  struct posts_at_its_end {
    executor other;
    std::vector<bool>& stopped;
    posts_at_its_end(executor of, std::vector<bool>& seen) : other{of}, stopped{seen} {}
    posts_at_its_end(const posts_at_its_end&) = delete;
    posts_at_its_end& operator=(const posts_at_its_end&) = delete;
    ~posts_at_its_end() {
      asio::post(other, [] {});
      stopped.push_back(other.context().stopped());
    }
  };
  std::vector<bool> stopped;
  {
    io_pool pool{3};
    pool.run();
    pool.stop();
    pool.join();
    for (std::size_t i = 0; i < pool.size(); ++i) {
      const auto last = std::make_shared<posts_at_its_end>(pool.at((i + 2) % 3), stopped);
      asio::post(pool.at(i), [last] {});
    }
  }
  EXPECT_THAT(stopped, testing::ElementsAre(true, true, true));
}

}  // namespace
}  // namespace latchkey::async
