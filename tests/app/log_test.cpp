#include <latchkey/app/line_writer.hpp>
#include <latchkey/app/log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
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

// What format_event writes of the same fields.
std::string event_of(log_format format, const middleware::access_record& record) {
  const auto text = [](std::string_view of) {
    return boost::json::value(boost::json::string_view{of.data(), of.size()});
  };
  boost::json::object fields{{"id", text(record.request_id)},
                             {"peer", text(record.peer)},
                             {"method", text(record.method)},
                             {"path", text(record.path)}};
  if (!record.route.empty()) fields["route"] = text(record.route);
  fields["status"] = record.status;
  if (!record.reason.empty()) fields["reason"] = text(record.reason);
  fields["us"] = record.took.count();
  return format_event(format, log_level::info, record.at, "request", fields);
}

TEST(format_access, writes_what_format_event_would) {
  const std::string_view odd[] = {"",   "/notes",   "a b",  "a\"b", "a\\b", "a=b", "\x1b", "\x7f",
                                  "\n", "\xc3\xa4", "a\tb", "/%0a", "-",    "'",   "<x&y>"};
  for (const auto format : {log_format::json, log_format::text}) {
    for (const auto one : odd) {
      middleware::access_record record;
      record.at = noon;
      record.request_id = one;
      record.peer = "127.0.0.1";
      record.method = "GET";
      record.path = one;
      record.route = one;
      record.status = 401;
      record.reason = one;
      record.took = std::chrono::microseconds{1234};
      EXPECT_EQ(format_access(format, record), event_of(format, record)) << one;
    }
  }
}

TEST(format_time, is_right_in_every_year) {
  const struct {
    std::int64_t milliseconds;
    const char* text;
  } cases[] = {{0, "1970-01-01T00:00:00.000Z"},
               {1'709'164'800'999, "2024-02-29T00:00:00.999Z"},
               {1'735'689'599'001, "2024-12-31T23:59:59.001Z"},
               {4'102'444'800'000, "2100-01-01T00:00:00.000Z"},
               {-1, "1969-12-31T23:59:59.999Z"}};
  for (const auto& one : cases) {
    EXPECT_EQ(format_time(core::wall_time{std::chrono::milliseconds{one.milliseconds}}), one.text);
  }
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

TEST(line_writer, gathers_lines_into_few_writes) {
  const pipe_ends pipe;
  std::string text;
  std::size_t pieces = 0;
  {
    line_writer writer{pipe.ends[1], 1'000'000, lost};
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
