#include <latchkey/app/line_writer.hpp>
#include <latchkey/app/log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <string>
#include <unistd.h>

namespace latchkey::app {
namespace {

using testing::HasSubstr;

const core::wall_time noon{std::chrono::milliseconds{1'795'435'200'123}};

TEST(format_event, writes_one_line_of_json_with_everything_escaped) {
  EXPECT_EQ(format_event(log_format::json, log_level::warn, noon, "refused",
                         {{"path", "/a\nb\"\x1b"}, {"status", 400}}),
            R"({"time":"2026-11-23T12:00:00.123Z","level":"warn","event":"refused",)"
            R"("path":"/a\nb\"\u001b","status":400})");
}

TEST(format_event, writes_text_with_plain_words_bare_and_the_rest_as_json) {
  EXPECT_EQ(
      format_event(log_format::text, log_level::info, noon, "request",
                   {{"path", "/notes"}, {"what", "two words"}, {"x", "a\nb"}, {"n", 1}}),
      "2026-11-23T12:00:00.123Z info  request path=/notes what=\"two words\" x=\"a\\nb\" n=1");
}

struct pipe_ends {
  pipe_ends() {
    if (::pipe(ends.data()) != 0) throw std::runtime_error{"no pipe"};
  }
  ~pipe_ends() {
    for (const int one : ends) ::close(one);
  }
  std::array<int, 2> ends{};
};

std::string lost(std::size_t count) {
  return "lost " + std::to_string(count);
}

TEST(line_writer, writes_lines_in_order) {
  const pipe_ends pipe;
  line_writer writer{pipe.ends[1], 1000, lost};
  writer.write("one");
  writer.write("two");
  ASSERT_TRUE(writer.flush(std::chrono::seconds{5}));
  std::array<char, 100> text{};
  const auto size = ::read(pipe.ends[0], text.data(), text.size());
  EXPECT_EQ(std::string(text.data(), static_cast<std::size_t>(size)), "one\ntwo\n");
}

TEST(line_writer, never_waits_for_a_reader_and_counts_what_it_drops) {
  const pipe_ends pipe;
  const std::string line(1000, 'x');
  std::string text;
  {
    line_writer writer{pipe.ends[1], 10'000, lost};
    // Until the pipe is full; then far more than the bound holds. All of it returns.
    int rounds = 0;
    do {
      writer.write(line);
    } while (writer.flush(std::chrono::milliseconds{200}) && ++rounds < 1000);
    EXPECT_LT(rounds, 1000);
    for (int i = 0; i < 1000; ++i) writer.write(line);
    std::array<char, 65536> piece{};
    while (text.find("lost ") == text.npos) {
      const auto size = ::read(pipe.ends[0], piece.data(), piece.size());
      ASSERT_GT(size, 0);
      text.append(piece.data(), static_cast<std::size_t>(size));
    }
  }
  EXPECT_THAT(text, HasSubstr("\nlost "));
  EXPECT_LT(text.size(), 1000U * 1000U);
}

TEST(line_writer, outlives_a_reader_that_has_gone) {
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ::close(ends[0]);
  {
    line_writer writer{ends[1], 1000, lost};
    writer.write("nobody hears");
    EXPECT_TRUE(writer.flush(std::chrono::seconds{5}));
  }
  ::close(ends[1]);
  std::signal(SIGPIPE, before);
}

}  // namespace
}  // namespace latchkey::app
