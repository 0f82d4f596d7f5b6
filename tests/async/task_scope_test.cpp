#include "support/run.hpp"

#include <latchkey/async/task_scope.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace latchkey::async {
namespace {

// Waits until it is told to stop, and notes how far it got.
struct patient {
  explicit patient(executor where) : pause{where, core::steady_time::max()} {}
  timer pause;
  std::string log;
};

task<> wait_in(patient& of) {
  of.log += "begun ";
  boost::system::error_code ignored;
  co_await of.pause.async_wait(use_task_with(ignored));
  of.log += "ended ";
}

task<> fail() {
  throw std::runtime_error{"bug"};
  co_return;
}

task<> quick(std::string& log) {
  log += "quick ";
  co_return;
}

task<bool> join_all(task_scope& scope, std::string& log) {
  co_await scope.join();
  log += "joined";
  co_return scope.empty();
}

TEST(task_scope, stops_what_still_runs_and_waits_for_its_end) {
  asio::io_context io;
  patient one{io.get_executor()};
  task_scope scope{io.get_executor()};
  EXPECT_TRUE(scope.empty());
  scope.spawn(wait_in(one), [&one] {
    one.log += "told ";
    one.pause.cancel();
  });
  io.poll();
  EXPECT_FALSE(scope.empty());
  io.restart();
  EXPECT_TRUE(support::run(io, join_all(scope, one.log)));
  EXPECT_EQ(one.log, "begun told ended joined");
  EXPECT_TRUE(scope.empty());
}

TEST(task_scope, tells_nobody_to_stop_who_has_ended) {
  asio::io_context io;
  std::string log;
  task_scope scope{io.get_executor()};
  scope.spawn(quick(log), [&log] { log += "told "; });
  scope.spawn(fail(), {});
  io.run();
  EXPECT_TRUE(scope.empty());
  io.restart();
  EXPECT_TRUE(support::run(io, join_all(scope, log)));
  EXPECT_EQ(log, "quick joined");
}

TEST(task_scope, may_go_before_its_tasks_where_the_executor_ends) {
  auto io = std::make_unique<asio::io_context>();
  patient one{io->get_executor()};
  {
    task_scope scope{io->get_executor()};
    scope.spawn(wait_in(one), {});
    io->poll();
  }
  EXPECT_EQ(one.log, "begun ");
}

}  // namespace
}  // namespace latchkey::async
