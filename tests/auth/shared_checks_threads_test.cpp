// Checks of one token asked for by several threads at once.
#include <latchkey/async/task.hpp>
#include <latchkey/auth/shared_checks.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
using async::asio::io_context;

// Threads, each with its context, ask for the same few tokens: no two check one at a time, and what
// they are told is of their token.
class concurrent_checks {
 public:
  void run(std::size_t threads, int rounds) {
    // Somebody may be woken who has given up and whose thread has ended.
    std::vector<std::unique_ptr<io_context>> contexts;
    for (std::size_t i = 0; i < threads; ++i) contexts.push_back(std::make_unique<io_context>(1));
    std::vector<std::thread> all;
    for (std::size_t i = 0; i < threads; ++i) {
      all.emplace_back([this, rounds, &context = *contexts[i]] {
        for (int task = 0; task < 4; ++task) {
          async::asio::co_spawn(context, ask(context, task, rounds), async::asio::detached);
        }
        context.run();
      });
    }
    for (auto& one : all) one.join();
  }

  std::atomic<int> led{0};
  std::atomic<int> followed{0};
  std::atomic<int> wrong{0};

 private:
  static constexpr int tokens = 3;

  async::task<> ask(io_context& home, int task, int rounds) {
    for (int round = 0; round < rounds; ++round) {
      const auto number = (round + task) % tokens;
      const auto text = "token-" + std::to_string(number);
      const check_subject what{
          {text, static_cast<std::uint64_t>(number)}, 7, jose::algorithm::rs256};
      shared_checks::turn mine{all_, what, home.get_executor()};
      const core::error_code answer{number + 1, boost::system::generic_category()};
      if (mine.leads()) {
        ++led;
        if (++at_work_[static_cast<std::size_t>(number)] != 1) ++wrong;
        co_await async::asio::post(home, async::use_task);
        --at_work_[static_cast<std::size_t>(number)];
        // Now and then one is given up.
        if (round % 7 != 0) mine.found(answer);
      } else if (mine.follows()) {
        ++followed;
        const auto told = co_await mine.outcome({});
        if (told && *told != answer) ++wrong;
      }
    }
  }

  std::shared_ptr<shared_checks> all_ = std::make_shared<shared_checks>(1ms);
  std::array<std::atomic<int>, tokens> at_work_{};
};

TEST(shared_checks_threads_test, one_checks_at_a_time_and_the_others_are_told) {
  concurrent_checks all;
  all.run(4, 2000);
  EXPECT_EQ(all.wrong, 0);
  EXPECT_GT(all.led, 0);
  EXPECT_GT(all.followed, 0);
}

}  // namespace
}  // namespace latchkey::auth
