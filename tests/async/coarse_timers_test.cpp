#include <latchkey/async/coarse_timers.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>

namespace latchkey::async {
namespace {

using std::chrono::milliseconds;

core::deadline in(milliseconds wait) {
  return core::deadline{core::steady_time::clock::now() + wait};
}

// Runs the context until `done` says so, for a few seconds at most.
template <class Done>
void run_until(asio::io_context& io, Done done) {
  const auto patience = in(milliseconds{5'000});
  while (!done() && !patience.passed(core::steady_time::clock::now()))
    io.run_one_for(coarse_timers::tick);
}

TEST(coarse_timers, calls_once_when_a_deadline_has_passed) {
  asio::io_context io;
  coarse_timers timers{io.get_executor()};
  int calls = 0;
  int others = 0;
  coarse_timers::entry entry{timers, [&calls] { ++calls; }};
  const coarse_timers::entry never{timers, [&others] { ++others; }};
  const auto begun = core::steady_time::clock::now();
  entry.expires_at(in(milliseconds{60}));
  run_until(io, [&] { return calls > 0; });
  EXPECT_GE(core::steady_time::clock::now() - begun, milliseconds{60});
  io.run_for(3 * coarse_timers::tick);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(others, 0);
}

TEST(coarse_timers, follows_a_deadline_that_moves_either_way) {
  asio::io_context io;
  coarse_timers timers{io.get_executor()};
  int later = 0;
  int sooner = 0;
  coarse_timers::entry postponed{timers, [&later] { ++later; }};
  coarse_timers::entry hurried{timers, [&sooner] { ++sooner; }};
  postponed.expires_at(in(milliseconds{1}));
  hurried.expires_at(in(milliseconds{60'000}));
  postponed.expires_at(in(milliseconds{60'000}));
  hurried.expires_at(in(milliseconds{1}));
  run_until(io, [&] { return sooner > 0; });
  EXPECT_EQ(sooner, 1);
  EXPECT_EQ(later, 0);
}

TEST(coarse_timers, may_be_set_again_from_within_the_call) {
  asio::io_context io;
  coarse_timers timers{io.get_executor()};
  int calls = 0;
  std::optional<coarse_timers::entry> entry;
  entry.emplace(timers, [&] {
    if (++calls < 3) entry->expires_at(in(milliseconds{1}));
  });
  entry->expires_at(in(milliseconds{1}));
  run_until(io, [&] { return calls == 3; });
  EXPECT_EQ(calls, 3);
}

TEST(coarse_timers, forgets_entries_that_a_call_removes) {
  asio::io_context io;
  coarse_timers timers{io.get_executor()};
  int calls = 0;
  int removed_calls = 0;
  std::unique_ptr<coarse_timers::entry> before;
  std::unique_ptr<coarse_timers::entry> after;
  const auto count = [&removed_calls] { ++removed_calls; };
  before = std::make_unique<coarse_timers::entry>(timers, count);
  coarse_timers::entry remover{timers, [&] {
                                 ++calls;
                                 before.reset();
                                 after.reset();
                               }};
  after = std::make_unique<coarse_timers::entry>(timers, count);
  remover.expires_at(in(milliseconds{1}));
  run_until(io, [&] { return calls > 0; });
  io.run_for(3 * coarse_timers::tick);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(removed_calls, 0);
}

TEST(coarse_timers, rests_while_there_is_nothing_to_watch) {
  asio::io_context io;
  coarse_timers timers{io.get_executor()};
  {
    const coarse_timers::entry entry{timers, [] {}};
    io.run_for(2 * coarse_timers::tick);
  }
  // Without an entry the tick is not set again, so the context runs out of work.
  io.restart();
  io.run_for(milliseconds{2'000});
  EXPECT_TRUE(io.stopped());
  int calls = 0;
  coarse_timers::entry entry{timers, [&calls] { ++calls; }};
  entry.expires_at(in(milliseconds{1}));
  io.restart();
  run_until(io, [&] { return calls == 1; });
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace latchkey::async
