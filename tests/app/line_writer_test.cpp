#include <latchkey/app/line_writer.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <mutex>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct pipe_ends {
  pipe_ends() {
    if (::pipe(ends.data()) != 0) throw std::runtime_error{"no pipe"};
  }
  ~pipe_ends() {
    for (const int one : ends) ::close(one);
  }
  std::string read() const {
    std::array<char, 65536> piece{};
    const auto size = ::read(ends[0], piece.data(), piece.size());
    if (size <= 0) throw std::runtime_error{"nothing to read"};
    return {piece.data(), static_cast<std::size_t>(size)};
  }
  std::array<int, 2> ends{};
};

line_writer::settings bounded_by(std::size_t bound) {
  line_writer::settings how;
  how.bound = bound;
  how.lost = [](std::uint64_t count) { return "lost " + std::to_string(count); };
  return how;
}

std::unique_ptr<line_target> target_of(const pipe_ends& pipe) {
  return descriptor_target(pipe.ends[1], "the pipe");
}

TEST(line_writer, writes_lines_in_order) {
  const pipe_ends pipe;
  line_writer writer{target_of(pipe), bounded_by(1000)};
  writer.write("one");
  writer.write("two");
  ASSERT_TRUE(writer.flush(5s));
  EXPECT_EQ(pipe.read(), "one\ntwo\n");
  EXPECT_EQ(writer.lost(), lost_lines{});
}

TEST(line_writer, gathers_lines_into_few_writes) {
  const pipe_ends pipe;
  std::string text;
  std::size_t pieces = 0;
  {
    line_writer writer{target_of(pipe), bounded_by(1'000'000)};
    for (int i = 0; i < 5000; ++i) writer.write("line");
    std::array<char, 4096> piece{};
    while (text.size() < 25'000) {
      const auto size = ::read(pipe.ends[0], piece.data(), piece.size());
      ASSERT_GT(size, 0);
      text.append(piece.data(), static_cast<std::size_t>(size));
      ++pieces;
    }
  }
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5000);
  // A reader that takes 4 KiB at a time finds them full, rather than a line in each.
  EXPECT_LT(pieces, 1000U);
}

// Writes until the reader's end is full; then more than the bound holds. All of it returns.
void overfill(line_writer& writer, const std::string& line) {
  int rounds = 0;
  do {
    writer.write(line);
  } while (writer.flush(200ms) && ++rounds < 1000);
  EXPECT_LT(rounds, 1000);
  for (int i = 0; i < 1000; ++i) writer.write(line);
}

std::string read_until(const pipe_ends& pipe, const std::string& wanted) {
  std::string text;
  while (text.find(wanted) == text.npos) text += pipe.read();
  return text;
}

TEST(line_writer, never_waits_for_a_reader_and_counts_what_it_drops) {
  const pipe_ends pipe;
  std::string text;
  {
    line_writer writer{target_of(pipe), bounded_by(10'000)};
    overfill(writer, std::string(1000, 'x'));
    EXPECT_GT(writer.lost().no_room, 900U);
    text = read_until(pipe, "lost ");
    EXPECT_THAT(text, HasSubstr("\nlost " + std::to_string(writer.lost().no_room)));
    EXPECT_EQ(writer.lost().failed, 0U);
  }
  EXPECT_LT(text.size(), 1000U * 1000U);
}

// A descriptor is one for all who share it: any of them may have made it non-blocking.
TEST(line_writer, loses_nothing_and_breaks_no_line_where_the_descriptor_does_not_block) {
  const pipe_ends pipe;
  ASSERT_EQ(::fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK), 0);
  constexpr int count = 3000;
  std::string text;
  {
    line_writer writer{target_of(pipe), bounded_by(10'000'000)};
    for (int i = 0; i < count; ++i) writer.write(std::string(100, 'x'));
    writer.write("end");
    // Far more than a pipe holds: it must have waited by now.
    EXPECT_FALSE(writer.flush(50ms));
    text = read_until(pipe, "end\n");
    EXPECT_EQ(writer.lost(), lost_lines{});
  }
  std::string expected;
  for (int i = 0; i < count; ++i) expected += std::string(100, 'x') + "\n";
  EXPECT_EQ(text, expected + "end\n");
}

TEST(line_writer, outlives_a_reader_that_has_gone_and_counts) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  {
    line_writer writer{descriptor_target(ends[1], "the pipe"), bounded_by(1000)};
    writer.write("nobody hears");
    EXPECT_TRUE(writer.flush(5s));
    EXPECT_EQ(writer.lost(), (lost_lines{0, 1}));
  }
  ::close(ends[1]);
  std::signal(SIGPIPE, before);
}

// Does as it is told. Shared with the writer's thread.
struct scripted {
  std::mutex mutex;
  core::error_code failure;
  std::size_t before_failure = 0;  // bytes of each call that are taken nevertheless
  std::string taken;
  std::vector<std::string> complaints;
  int reopened = 0;
};

class scripted_target final : public line_target {
 public:
  explicit scripted_target(std::shared_ptr<scripted> script) : script_{std::move(script)} {}

  outcome put(std::string_view lines) override {
    const std::lock_guard lock{script_->mutex};
    const auto size =
        script_->failure ? std::min(script_->before_failure, lines.size()) : lines.size();
    script_->taken += lines.substr(0, size);
    return {size, script_->failure};
  }
  core::error_code reopen() override {
    const std::lock_guard lock{script_->mutex};
    ++script_->reopened;
    script_->taken += "|";
    return script_->failure;
  }
  std::string name() const override { return "the target"; }

 private:
  std::shared_ptr<scripted> script_;
};

class failing_writer : public testing::Test {
 protected:
  failing_writer() : writer_{std::make_unique<scripted_target>(script_), settings()} {}

  line_writer::settings settings() {
    auto how = bounded_by(1000);
    how.complain = [script = script_](const std::string& what) {
      const std::lock_guard lock{script->mutex};
      script->complaints.push_back(what);
    };
    return how;
  }
  void fail(int error, std::size_t after) {
    const std::lock_guard lock{script_->mutex};
    script_->failure = {error, boost::system::system_category()};
    script_->before_failure = after;
  }
  void write_and_flush(const std::string& line) {
    writer_.write(line);
    ASSERT_TRUE(writer_.flush(5s));
  }

  std::shared_ptr<scripted> script_ = std::make_shared<scripted>();
  line_writer writer_;
};

TEST_F(failing_writer, counts_tells_of_it_once_and_again_in_the_log_when_it_can) {
  fail(ENOSPC, 0);
  for (int i = 0; i < 3; ++i) write_and_flush("lost");
  EXPECT_EQ(writer_.lost(), (lost_lines{0, 3}));
  fail(0, 0);
  write_and_flush("kept");
  write_and_flush("last");
  EXPECT_EQ(script_->taken, "kept\nlost 3\nlast\n");
  EXPECT_EQ(writer_.lost(), (lost_lines{0, 3}));
  EXPECT_THAT(script_->complaints,
              testing::ElementsAre("cannot write to the target: No space left on device; lines of "
                                   "the log are lost, and counted"));
}

TEST_F(failing_writer, counts_a_line_of_which_a_part_was_written) {
  fail(ENOSPC, 7);  // "one\n" and "two" of the first write
  writer_.write("one");
  writer_.write("two");
  writer_.write("three");
  ASSERT_TRUE(writer_.flush(5s));
  // However many writes they came in, each took seven bytes at most.
  const std::lock_guard lock{script_->mutex};
  const auto whole = std::count(script_->taken.begin(), script_->taken.end(), '\n');
  EXPECT_EQ(writer_.lost().failed, 3U - static_cast<std::uint64_t>(whole));
  EXPECT_GE(writer_.lost().failed, 1U);
}

TEST_F(failing_writer, opens_the_target_anew_behind_what_was_written_before) {
  writer_.write("before");
  writer_.reopen();
  ASSERT_TRUE(writer_.flush(5s));
  write_and_flush("after");
  EXPECT_EQ(script_->taken, "before\n|after\n");
  // Nothing waits to be written now.
  writer_.reopen();
  ASSERT_TRUE(writer_.flush(5s));
  EXPECT_EQ(script_->reopened, 2);
}

}  // namespace
}  // namespace latchkey::app
