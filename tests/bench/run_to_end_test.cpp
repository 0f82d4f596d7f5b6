#include "common/run_to_end.hpp"

#include <latchkey/async/task.hpp>
#include <latchkey/core/result.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

namespace latchkey::bench {
namespace {

TEST(run_to_end, runs_the_work_to_its_end_and_gives_what_it_threw) {
  boost::asio::io_context context;
  bool stopped = false;
  const auto stop = [&] { stopped = true; };
  bool made = false;
  const auto good = [&]() -> async::task<> {
    made = true;
    co_return;
  };
  EXPECT_FALSE(run_to_end(context, good(), {}, stop));
  EXPECT_TRUE(made);
  const auto bad = []() -> async::task<> {
    throw std::runtime_error{"no"};
    co_return;
  };
  const auto never = [] { return false; };
  EXPECT_THROW(std::rethrow_exception(run_to_end(context, bad(), never, stop)), std::runtime_error);
  EXPECT_FALSE(stopped);
}

TEST(run_to_end, stops_the_work_once_and_then_waits_for_its_end) {
  boost::asio::io_context context;
  async::timer until_stopped{context.get_executor(), std::chrono::hours{1}};
  async::timer longer{context.get_executor()};
  int stops = 0;
  bool ended = false;
  const auto work = [&]() -> async::task<> {
    core::error_code ignored;
    co_await until_stopped.async_wait(async::use_task_with(ignored));
    longer.expires_after(std::chrono::milliseconds{120});  // some turns more
    co_await longer.async_wait(async::use_task_with(ignored));
    ended = true;
  };
  const auto always = [] { return true; };
  const auto stop = [&] {
    ++stops;
    until_stopped.cancel();
  };
  EXPECT_FALSE(run_to_end(context, work(), always, stop));
  EXPECT_EQ(stops, 1);
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace latchkey::bench
