#include <latchkey/app/bounded_sink.hpp>
#include <latchkey/app/log.hpp>
#include <latchkey/app/log_metrics.hpp>
#include <latchkey/http/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <support/manual_clock.hpp>
#include <support/temporary.hpp>
#include <support/vectors.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

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

// JSON may have them as they are; terminals heed them.
TEST(format_event, escapes_the_controls_that_are_not_of_ascii_as_well) {
  const std::string text =
      "a\x7f"
      "b\xc2\x9b"
      "c\xc2\xa9"
      "d\xc2";
  for (const auto format : {log_format::json, log_format::text}) {
    EXPECT_THAT(format_event(format, log_level::info, noon, "x", {{"kid", text}}),
                HasSubstr("\"a\\u007fb\\u009bc\xc2\xa9"
                          "d\xc2\""));
  }
}

TEST(format_event, writes_text_with_plain_words_bare_and_the_rest_as_json) {
  EXPECT_EQ(
      format_event(log_format::text, log_level::info, noon, "request",
                   {{"path", "/notes"}, {"what", "two words"}, {"x", "a\nb"}, {"n", 1}}),
      "2026-11-23T12:00:00.123Z info  request path=/notes what=\"two words\" x=\"a\\nb\" n=1");
}

// What format_event writes of the same fields.
std::string event_of(log_format format, const http::exchange& ended) {
  boost::json::object fields;
  const auto add = [&fields](const char* name, std::string_view of) {
    if (!of.empty()) fields[name] = boost::json::string_view{of.data(), of.size()};
  };
  add("id", ended.request_id);
  add("peer", ended.client);
  if (ended.client != ended.peer) add("proxy", ended.peer);
  add("method", ended.method);
  add("path", ended.path);
  add("route", ended.route);
  fields["status"] = ended.status;
  add("reason", ended.reason);
  add("fault", ended.fault);
  if (ended.error) fields["error"] = ended.error.message();
  if (ended.bytes_in != 0) fields["in"] = ended.bytes_in;
  fields["out"] = ended.bytes_out;
  fields["us"] = ended.took.count();
  return format_event(format, log_level::info, ended.at, "request", fields);
}

TEST(format_request, writes_what_format_event_would) {
  const std::string_view odd[] = {"",   "/notes",   "a b",  "a\"b", "a\\b", "a=b", "\x1b", "\x7f",
                                  "\n", "\xc3\xa4", "a\tb", "/%0a", "-",    "'",   "<x&y>"};
  for (const auto format : {log_format::json, log_format::text}) {
    for (const auto one : odd) {
      http::exchange ended;
      ended.at = noon;
      ended.request_id = one;
      ended.peer = "127.0.0.1";
      ended.client = one.size() % 2 == 0 ? "127.0.0.1" : "2001:db8::1";
      ended.method = "GET";
      ended.path = one;
      ended.route = one;
      ended.status = 401;
      ended.reason = one;
      ended.fault = one;
      ended.bytes_in = one.size();
      ended.bytes_out = 5'000'000'000;
      ended.took = std::chrono::microseconds{1234};
      EXPECT_EQ(format_request(format, ended), event_of(format, ended)) << one;
      ended.error = http::make_error_code(http::errc::body_cut_off);
      EXPECT_EQ(format_request(format, ended), event_of(format, ended)) << one;
    }
  }
}

TEST(format_request, says_who_a_client_has_proved_to_be) {
  core::client_certificate shown;
  shown.subject = "CN=ann \\\"x\\\"," + std::string(300, 'a');
  shown.sha256 = "abc";
  http::exchange ended;
  ended.at = noon;
  ended.client = ended.peer = "127.0.0.1";
  ended.certificate = &shown;
  const auto json = format_request(log_format::json, ended);
  EXPECT_THAT(json, HasSubstr(R"("peer":"127.0.0.1","cert":"CN=ann \\\"x\\\",aaa)"));
  EXPECT_THAT(json, HasSubstr(R"(aa","cert_sha256":"abc","status")"));
  EXPECT_LT(json.size(), 450U);
  shown.subject = "";
  EXPECT_THAT(format_request(log_format::text, ended), HasSubstr("peer=127.0.0.1 cert_sha256=abc"));
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

// What a library user has: any sinks of spdlog.
class kept_lines final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  std::vector<std::string> lines;

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    lines.emplace_back(message.payload.data(), message.payload.size());
  }
  void flush_() override {}
};

TEST(log, writes_to_the_logger_that_it_is_given) {
  const auto kept = std::make_shared<kept_lines>();
  const auto logger = std::make_shared<spdlog::logger>("mine", kept);
  const log events{logger, log_format::json, support::manual_clock{1'795'435'200}.clock()};
  events.event(log_level::warn, "odd", {{"n", 1}});
  http::exchange ended;
  ended.at = noon;
  ended.method = "GET";
  ended.status = 200;
  events.request(ended);
  EXPECT_THAT(kept->lines,
              testing::ElementsAre(
                  R"({"time":"2026-11-23T12:00:00.000Z","level":"warn","event":"odd","n":1})",
                  R"({"time":"2026-11-23T12:00:00.123Z","level":"info","event":"request",)"
                  R"("method":"GET","status":200,"out":0,"us":0})"));
}

TEST(log, follows_the_level_of_its_logger) {
  const auto kept = std::make_shared<kept_lines>();
  const auto logger = std::make_shared<spdlog::logger>("mine", kept);
  const log events{logger, log_format::json, support::manual_clock{}.clock()};
  EXPECT_EQ(events.level(), log_level::info);
  for (const auto one : {log_level::debug, log_level::info, log_level::warn, log_level::error}) {
    events.set_level(one);
    EXPECT_EQ(events.level(), one);
    EXPECT_TRUE(events.wants(one));
    EXPECT_EQ(events.wants(log_level::debug), one == log_level::debug);
  }
  events.event(log_level::warn, "unwanted");
  EXPECT_TRUE(kept->lines.empty());
  logger->set_level(spdlog::level::trace);
  EXPECT_EQ(events.level(), log_level::debug);
}

TEST(log, names_of_levels_are_read_back) {
  for (const auto one : {log_level::debug, log_level::info, log_level::warn, log_level::error}) {
    EXPECT_EQ(log_level_named(name_of(one)), one);
  }
  for (const auto* other : {"", "Info", "trace", "info "}) {
    EXPECT_EQ(log_level_named(other), std::nullopt) << other;
  }
}

TEST(log, says_which_file_cannot_be_opened) {
  log_config settings;
  settings.sinks = {log_sink::file};
  settings.file.path = "/nowhere/latchkey.log";
  try {
    const log events{settings, support::manual_clock{}.clock()};
    FAIL() << "was opened";
  } catch (const std::runtime_error& fault) {
    EXPECT_STREQ(fault.what(),
                 "cannot open the log file /nowhere/latchkey.log: No such file or directory");
  }
}

TEST(log, writes_a_file_and_counts_nothing_lost) {
  const support::temporary_folder folder;
  log_config settings;
  settings.sinks = {log_sink::file};
  settings.file.path = folder.path() / "a.log";
  {
    const log events{settings, support::manual_clock{}.clock()};
    events.event(log_level::info, "one");
    events.event(log_level::debug, "not wanted");
    const auto losses = events.losses();
    ASSERT_EQ(losses.size(), 1U);
    EXPECT_EQ(losses[0].sink, "file");
    EXPECT_EQ(losses[0].lost, lost_lines{});
  }
  EXPECT_EQ(support::read_file(settings.file.path),
            "{\"time\":\"2026-11-23T11:53:44.000Z\",\"level\":\"info\",\"event\":\"one\"}\n");
}

TEST(log, loses_and_counts_lines_where_the_disk_is_full) {
  log_config settings;
  settings.sinks = {log_sink::file};
  settings.file.path = "/dev/full";
  testing::internal::CaptureStderr();
  {
    const log events{settings, support::manual_clock{}.clock()};
    for (int i = 0; i < 3; ++i) events.event(log_level::info, "one");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (events.losses()[0].lost.failed < 3 && std::chrono::steady_clock::now() < until) {
      std::this_thread::yield();
    }
    EXPECT_EQ(events.losses()[0].lost.failed, 3U);
    EXPECT_EQ(events.losses()[0].lost.no_room, 0U);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "latchkey: cannot write to the log file /dev/full: No space left on device; lines of "
            "the log are lost, and counted\n");
}

TEST(LogMetrics, tell_what_each_sink_has_lost) {
  metrics_text page;
  write_log_metrics(page, {{"stdout", {1, 2}}, {"file", {0, 3}}});
  for (const auto* line :
       {R"({sink="stdout",reason="no_room"} 1)", R"({sink="stdout",reason="failed"} 2)",
        R"({sink="file",reason="no_room"} 0)", R"({sink="file",reason="failed"} 3)"}) {
    EXPECT_THAT(page.text(),
                HasSubstr("\nlatchkey_log_lines_dropped_total" + std::string{line} + "\n"));
  }
}

TEST(BoundedSink, writes_the_text_alone_or_what_its_pattern_makes_of_it) {
  const support::temporary_folder folder;
  const auto path = folder.path() / "a.log";
  {
    const auto sink = std::make_shared<bounded_sink>("file", file_target({path, 0, 0}),
                                                     [](std::uint64_t) { return std::string{}; });
    spdlog::logger logger{"mine", sink};
    logger.info("plain");
    sink->set_pattern("%l: %v");
    logger.warn("two\nlines");
  }
  EXPECT_EQ(support::read_file(path), "plain\nwarning: two lines\n");
}

}  // namespace
}  // namespace latchkey::app
