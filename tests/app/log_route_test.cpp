#include <latchkey/app/handlers/log.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/logger.h>
#include <support/cases.hpp>
#include <support/manual_clock.hpp>
#include <support/request.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::app {
namespace {

class LogRoute : public testing::Test {
 protected:
  http::response send(http::verb method, const std::string& target,
                      std::string_view peer = "127.0.0.1",
                      std::vector<std::pair<std::string, std::string>> fields = {}) {
    const auto route = log_route(events_);
    const http::handler from_there = [&](http::context& ctx) {
      ctx.peer = peer;
      return route.handler(ctx);
    };
    support::request ask{method, target, std::move(fields)};
    return ask.send(from_there);
  }

  std::shared_ptr<spdlog::logger> logger_ = std::make_shared<spdlog::logger>("test");
  std::shared_ptr<const log> events_ =
      std::make_shared<const log>(logger_, log_format::json, support::manual_clock{}.clock());
};

TEST_F(LogRoute, tells_and_changes_the_level) {
  EXPECT_EQ(support::text_of(send(http::verb::get, "/log")), R"({"level":"info","sinks":[]})");
  const auto changed = send(http::verb::post, "/log?level=debug");
  EXPECT_EQ(changed.code(), http::status::ok);
  EXPECT_EQ(support::text_of(changed), R"({"level":"debug","sinks":[]})");
  EXPECT_EQ(events_->level(), log_level::debug);
  EXPECT_EQ(support::text_of(send(http::verb::get, "/log")), R"({"level":"debug","sinks":[]})");
}

TEST_F(LogRoute, is_told_from_anywhere_and_changed_from_this_machine_only) {
  for (const auto* peer : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) {
    logger_->set_level(spdlog::level::info);
    EXPECT_EQ(send(http::verb::post, "/log?level=warn", peer).code(), http::status::ok) << peer;
    EXPECT_EQ(events_->level(), log_level::warn) << peer;
  }
  logger_->set_level(spdlog::level::info);
  for (const auto* peer :
       {"192.0.2.1", "10.0.0.1", "fe80::1", "::ffff:192.0.2.1", "", "localhost"}) {
    EXPECT_EQ(send(http::verb::post, "/log?level=warn", peer).code(), http::status::forbidden)
        << peer;
    EXPECT_EQ(events_->level(), log_level::info) << peer;
    EXPECT_EQ(send(http::verb::get, "/log", peer).code(), http::status::ok) << peer;
  }
}

// A page of any origin may have a browser on this machine send a POST without asking first.
TEST_F(LogRoute, is_not_changed_by_a_page) {
  const auto answer = send(http::verb::post, "/log?level=error", "127.0.0.1",
                           {{"Origin", "https://attacker.example"}});
  EXPECT_EQ(answer.code(), http::status::forbidden);
  EXPECT_EQ(send(http::verb::post, "/log?level=error", "127.0.0.1", {{"origin", "null"}}).code(),
            http::status::forbidden);
  EXPECT_EQ(events_->level(), log_level::info);
}

TEST_F(LogRoute, takes_one_level_and_nothing_else) {
  for (const auto* query : {"", "?", "?level", "?level=", "?level=trace", "?level=DEBUG",
                            "?level=debug&level=info", "?Level=debug", "?x=1&level=debug"}) {
    const auto answer = send(http::verb::post, std::string{"/log"} + query);
    EXPECT_EQ(answer.code(), http::status::bad_request) << query;
    EXPECT_EQ(events_->level(), log_level::info) << query;
  }
}

}  // namespace
}  // namespace latchkey::app
