#include <latchkey/async/task.hpp>
#include <latchkey/auth/shared_checks.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
using async::asio::io_context;
using turn = shared_checks::turn;

check_subject subject(std::string_view text = "a.b.c", std::uint64_t hash = 1,
                      std::uint64_t key = 7, jose::algorithm alg = jose::algorithm::rs256) {
  return {{text, hash}, key, alg};
}

using outcome = std::optional<core::error_code>;
const core::error_code bad = make_error_code(jose::errc::bad_signature);

// Waits as a follower does, and says what it was told.
struct told {
  bool follows = false;
  bool ended = false;
  outcome what;
};

async::task<> follow(std::shared_ptr<shared_checks> all, check_subject what, io_context& home,
                     told& out, core::deadline until = {}) {
  turn mine{all, what, home.get_executor()};
  out.follows = mine.follows();
  if (mine.follows()) out.what = co_await mine.outcome(until);
  out.ended = true;
}

class shared_checks_test : public testing::Test {
 protected:
  void spawn(told& out, check_subject what = subject(), core::deadline until = {}) {
    async::asio::co_spawn(context_, follow(all_, what, context_, out, until),
                          async::asio::detached);
    context_.restart();
    context_.poll();
  }
  // Runs all that is ready, and timers that are due.
  void run_out() {
    context_.restart();
    context_.run();
  }

  // Nothing here waits so long: what ends before was woken.
  std::shared_ptr<shared_checks> all_ = std::make_shared<shared_checks>(std::chrono::hours{1});
  io_context elsewhere_{1};
  io_context context_{1};
};

TEST_F(shared_checks_test, those_who_follow_are_told_what_the_first_has_found) {
  for (const auto& found : {core::error_code{}, bad}) {
    std::vector<told> followers(5);
    {
      turn first{all_, subject(), context_.get_executor()};
      EXPECT_TRUE(first.leads());
      for (auto& one : followers) spawn(one);
      for (const auto& one : followers) EXPECT_TRUE(one.follows && !one.ended);
      first.found(found);
      context_.restart();
      context_.poll();
      for (const auto& one : followers) EXPECT_FALSE(one.ended) << "not before its turn ends";
    }
    run_out();
    for (const auto& one : followers) {
      EXPECT_TRUE(one.ended);
      EXPECT_EQ(one.what, outcome{found});
    }
  }
}

TEST_F(shared_checks_test, the_next_one_is_another_check) {
  for (int i = 0; i < 3; ++i) {
    turn one{all_, subject(), context_.get_executor()};
    EXPECT_TRUE(one.leads());
    one.found({});
  }
}

TEST_F(shared_checks_test, a_first_one_that_ends_without_an_outcome_leaves_it_to_the_others) {
  told one;
  {
    turn first{all_, subject(), context_.get_executor()};
    spawn(one);
  }
  run_out();
  EXPECT_TRUE(one.ended);
  EXPECT_EQ(one.what, std::nullopt);
}

struct difference {
  std::string name;
  check_subject other;
};

class SharedChecksApart : public testing::TestWithParam<difference> {};

// What one is told decides whether a token is let in: it has to be of exactly this check.
TEST_P(SharedChecksApart, are_different_checks) {
  io_context context{1};
  const auto all = std::make_shared<shared_checks>();
  const turn first{all, subject(), context.get_executor()};
  const turn other{all, GetParam().other, context.get_executor()};
  EXPECT_TRUE(first.leads());
  EXPECT_TRUE(other.leads());
}

INSTANTIATE_TEST_SUITE_P(table, SharedChecksApart,
                         testing::ValuesIn(std::vector<difference>{
                             {"another_text", subject("a.b.d", 2)},
                             {"another_text_of_the_same_hash", subject("a.b.d", 1)},
                             {"longer", subject("a.b.cc", 1)},
                             {"another_key", subject("a.b.c", 1, 8)},
                             {"another_algorithm", subject("a.b.c", 1, 7, jose::algorithm::rs512)},
                             {"another_text_in_the_same_bucket", subject("x", 1025)},
                         }),
                         support::case_name);

// The timers are those of the machine: the least that can be waited.
TEST_F(shared_checks_test, nobody_waits_past_his_patience) {
  all_ = std::make_shared<shared_checks>(1ms);
  const turn first{all_, subject(), elsewhere_.get_executor()};
  told one;
  spawn(one);
  run_out();
  EXPECT_TRUE(one.follows && one.ended);
  EXPECT_EQ(one.what, std::nullopt);
}

TEST_F(shared_checks_test, on_the_same_thread_there_is_nothing_to_be_impatient_about) {
  all_ = std::make_shared<shared_checks>(core::steady_duration{-1h});
  told near;
  told far;
  {
    turn first{all_, subject(), context_.get_executor()};
    spawn(near);
    async::asio::co_spawn(elsewhere_, follow(all_, subject(), elsewhere_, far),
                          async::asio::detached);
    elsewhere_.run();
    EXPECT_TRUE(far.follows && far.ended);
    EXPECT_TRUE(near.follows && !near.ended);
    first.found(bad);
  }
  run_out();
  EXPECT_EQ(near.what, outcome{bad});
}

TEST_F(shared_checks_test, nobody_waits_past_his_deadline) {
  turn first{all_, subject(), context_.get_executor()};
  told one;
  spawn(one, subject(), core::deadline{std::chrono::steady_clock::now()});
  run_out();
  EXPECT_TRUE(one.follows && one.ended);
  EXPECT_EQ(one.what, std::nullopt);
  first.found({});
}

TEST_F(shared_checks_test, so_many_follow_and_no_more) {
  std::vector<told> followers(shared_checks::max_followers + 2);
  {
    turn first{all_, subject(), context_.get_executor()};
    for (auto& one : followers) spawn(one);
    EXPECT_TRUE(followers[shared_checks::max_followers - 1].follows);
    EXPECT_FALSE(followers[shared_checks::max_followers].follows);
    EXPECT_TRUE(followers.back().ended) << "and checks for himself";
    first.found(bad);
  }
  run_out();
  for (std::size_t i = 0; i < shared_checks::max_followers; ++i) {
    ASSERT_EQ(followers[i].what, outcome{bad}) << i;
  }
}

TEST_F(shared_checks_test, who_gives_up_makes_room_for_another) {
  all_ = std::make_shared<shared_checks>(1ms);
  const turn first{all_, subject(), elsewhere_.get_executor()};
  for (int round = 0; round < 2; ++round) {
    std::vector<told> followers(shared_checks::max_followers);
    for (auto& one : followers) spawn(one);
    run_out();
    for (const auto& one : followers) ASSERT_TRUE(one.follows && one.ended);
  }
}

// Their frames are destroyed with their context, and the first one goes on elsewhere.
TEST_F(shared_checks_test, a_context_that_ends_takes_along_who_follows) {
  std::optional<turn> first;
  first.emplace(all_, subject(), context_.get_executor());
  told kept;
  told lost;
  {
    io_context other{1};
    async::asio::co_spawn(other, follow(all_, subject(), other, lost), async::asio::detached);
    other.poll();
    spawn(kept);
  }
  first->found({});
  first.reset();
  run_out();
  EXPECT_TRUE(lost.follows && !lost.ended);
  EXPECT_EQ(kept.what, outcome{core::error_code{}});
}

// The same when it has been woken, and its context never runs again.
TEST_F(shared_checks_test, a_context_may_end_between_the_waking_and_the_end_of_the_wait) {
  told lost;
  {
    io_context other{1};
    const turn first{all_, subject(), context_.get_executor()};
    async::asio::co_spawn(other, follow(all_, subject(), other, lost), async::asio::detached);
    other.poll();
  }
  told woken;
  {
    io_context other{1};
    {
      const turn first{all_, subject(), context_.get_executor()};
      async::asio::co_spawn(other, follow(all_, subject(), other, woken), async::asio::detached);
      other.poll();
    }
  }
  EXPECT_TRUE(lost.follows && !lost.ended);
  EXPECT_TRUE(woken.follows && !woken.ended);
}

TEST_F(shared_checks_test, a_first_one_whose_context_ends_leaves_it_to_the_others) {
  told one;
  {
    io_context other{1};
    // Waits for something that never comes.
    const auto lead = [](std::shared_ptr<shared_checks> all, io_context& home) -> async::task<> {
      const turn mine{all, subject(), home.get_executor()};
      async::timer never{home.get_executor(), std::chrono::hours{1}};
      co_await never.async_wait(async::use_task);
    };
    async::asio::co_spawn(other, lead(all_, other), async::asio::detached);
    other.poll();
    spawn(one);
    EXPECT_TRUE(one.follows && !one.ended);
  }
  run_out();
  EXPECT_TRUE(one.ended);
  EXPECT_EQ(one.what, std::nullopt);
}

}  // namespace
}  // namespace latchkey::auth
