#include <latchkey/async/watchdog.hpp>

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
    io.run_one_for(watchdog::tick);
}

TEST(watchdog, calls_once_when_a_deadline_has_passed) {
  asio::io_context io;
  watchdog dog{io.get_executor()};
  int calls = 0;
  int others = 0;
  watchdog::entry entry{dog, [&calls] { ++calls; }};
  const watchdog::entry never{dog, [&others] { ++others; }};
  const auto begun = core::steady_time::clock::now();
  entry.expires_at(in(milliseconds{60}));
  run_until(io, [&] { return calls > 0; });
  EXPECT_GE(core::steady_time::clock::now() - begun, milliseconds{60});
  io.run_for(3 * watchdog::tick);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(others, 0);
}

TEST(watchdog, follows_a_deadline_that_moves_either_way) {
  asio::io_context io;
  watchdog dog{io.get_executor()};
  int later = 0;
  int sooner = 0;
  watchdog::entry postponed{dog, [&later] { ++later; }};
  watchdog::entry hurried{dog, [&sooner] { ++sooner; }};
  postponed.expires_at(in(milliseconds{1}));
  hurried.expires_at(in(milliseconds{60'000}));
  postponed.expires_at(in(milliseconds{60'000}));
  hurried.expires_at(in(milliseconds{1}));
  run_until(io, [&] { return sooner > 0; });
  EXPECT_EQ(sooner, 1);
  EXPECT_EQ(later, 0);
}

TEST(watchdog, may_be_set_again_from_within_the_call) {
  asio::io_context io;
  watchdog dog{io.get_executor()};
  int calls = 0;
  std::optional<watchdog::entry> entry;
  entry.emplace(dog, [&] {
    if (++calls < 3) entry->expires_at(in(milliseconds{1}));
  });
  entry->expires_at(in(milliseconds{1}));
  run_until(io, [&] { return calls == 3; });
  EXPECT_EQ(calls, 3);
}

TEST(watchdog, forgets_entries_that_a_call_removes) {
  asio::io_context io;
  watchdog dog{io.get_executor()};
  int calls = 0;
  int removed_calls = 0;
  std::unique_ptr<watchdog::entry> before;
  std::unique_ptr<watchdog::entry> after;
  const auto count = [&removed_calls] { ++removed_calls; };
  before = std::make_unique<watchdog::entry>(dog, count);
  watchdog::entry remover{dog, [&] {
                            ++calls;
                            before.reset();
                            after.reset();
                          }};
  after = std::make_unique<watchdog::entry>(dog, count);
  remover.expires_at(in(milliseconds{1}));
  run_until(io, [&] { return calls > 0; });
  io.run_for(3 * watchdog::tick);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(removed_calls, 0);
}

TEST(watchdog, rests_while_there_is_nothing_to_watch) {
  asio::io_context io;
  watchdog dog{io.get_executor()};
  {
    const watchdog::entry entry{dog, [] {}};
    io.run_for(2 * watchdog::tick);
  }
  // Without an entry the tick is not set again, so the context runs out of work.
  io.restart();
  io.run_for(milliseconds{2'000});
  EXPECT_TRUE(io.stopped());
  int calls = 0;
  watchdog::entry entry{dog, [&calls] { ++calls; }};
  entry.expires_at(in(milliseconds{1}));
  io.restart();
  run_until(io, [&] { return calls == 1; });
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace latchkey::async
