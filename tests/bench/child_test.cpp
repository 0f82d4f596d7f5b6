#include "harness/child.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/types.h>

#include <csignal>

namespace latchkey::bench::harness {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using steady = core::steady_time::clock;

// /bin/sh with that script.
class child_test : public testing::Test {
 protected:
  std::unique_ptr<child> start(const std::string& script, child::keep_line keep = {}) {
    return std::make_unique<child>(context_.get_executor(), "/bin/sh",
                                   std::vector<std::string>{"-c", script}, std::move(keep));
  }
  template <class Value>
  Value run(async::task<Value> work) {
    Value made{};
    bool over = false;
    const auto done = [&](const std::exception_ptr&, Value value) {
      made = std::move(value);
      over = true;
    };
    async::asio::co_spawn(context_.get_executor(), std::move(work), done);
    // The child's last line may have been the context's last work.
    context_.restart();
    while (!over) context_.run_one_for(milliseconds{100});
    return made;
  }
  static core::deadline in(milliseconds wait) { return core::deadline{steady::now() + wait}; }

  async::asio::io_context context_{1};
};

bool any(std::string_view) {
  return true;
}

TEST_F(child_test, gives_its_lines_and_its_status) {
  const auto one = start("echo first; echo 'the second' >&2; exit 7");
  const auto second = [](std::string_view line) { return line.starts_with("the"); };
  EXPECT_EQ(run(one->line(second, in(seconds{5}))), "the second");
  EXPECT_THAT(one->lines(), testing::ElementsAre("first", "the second"));
  EXPECT_EQ(run(one->ended(in(seconds{5}))), 7);
  EXPECT_EQ(one->resident_bytes(), 0U);
}

TEST_F(child_test, keeps_only_the_lines_that_are_wanted) {
  const auto one = start("echo no; echo yes", [](std::string_view line) { return line == "yes"; });
  EXPECT_EQ(run(one->line(any, in(seconds{5}))), "yes");
}

TEST_F(child_test, a_line_that_never_comes_is_not_waited_for_after_the_end) {
  const auto one = start("exit 0");
  const auto begun = steady::now();
  EXPECT_EQ(run(one->line(any, in(seconds{60}))), std::nullopt);
  EXPECT_LT(steady::now() - begun, seconds{30});
}

TEST_F(child_test, is_told_to_end) {
  const auto one = start("trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done");
  EXPECT_EQ(run(one->line(any, in(seconds{5}))), "ready");
  EXPECT_EQ(run(one->ended(in(milliseconds{20}))), std::nullopt);
  EXPECT_GT(one->resident_bytes(), 0U);
  one->ask_to_end();
  EXPECT_EQ(run(one->ended(in(seconds{5}))), 3);
}

TEST_F(child_test, does_not_outlive_its_object) {
  auto one = start("echo ready; exec sleep 1000");
  EXPECT_EQ(run(one->line(any, in(seconds{5}))), "ready");
  const auto pid = one->pid();
  EXPECT_EQ(::kill(pid, 0), 0);
  one.reset();
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST_F(child_test, a_program_that_is_not_there) {
  child one{context_.get_executor(), "/nowhere/at/all", {}};
  EXPECT_EQ(run(one.ended(in(seconds{5}))), 127);
}

}  // namespace
}  // namespace latchkey::bench::harness
