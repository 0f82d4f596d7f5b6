#include <latchkey/app/config_metrics.hpp>
#include <latchkey/app/config_print.hpp>
#include <latchkey/app/handlers/reload.hpp>
#include <latchkey/app/reload.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/request.hpp>

#include <string>
#include <vector>

namespace latchkey::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

core::wall_time at(std::chrono::seconds since) {
  return core::wall_time{since};
}

TEST(keep_until_restart, says_nothing_of_what_is_the_same_or_can_change) {
  config running;
  config next;
  next.log.level = log_level::debug;
  next.server.listen = {"127.0.0.1:1"};
  next.server.tls.certificate = "/other.pem";
  next.server.limits.body_bytes = 1;
  next.server.limits.connections = 1;
  next.server.timeouts.session.idle = 1s;
  next.issuers.emplace_back();
  next.routes.emplace_back();
  const auto wanted = next;
  EXPECT_THAT(keep_until_restart(running, next), IsEmpty());
  EXPECT_EQ(next, wanted);
}

TEST(keep_until_restart, keeps_and_names_what_only_a_restart_can_change) {
  config running;
  running.server.listen = {"127.0.0.1:1"};
  auto next = running;
  next.server.ipv6_only = true;
  next.server.share_addresses = true;
  next.server.workers = 7;
  next.server.reload = reload_mode::watch;
  next.server.sandbox = sandbox_mode::on;
  next.server.limits.connections_per_client = 3;
  next.server.timeouts.drain = 1s;
  next.admin.listen = "127.0.0.1:2";
  next.admin.hosts = {"admin.example"};
  next.log.sinks = {log_sink::syslog};
  next.log.format = log_format::text;
  next.log.file.path = "/log";
  EXPECT_THAT(
      keep_until_restart(running, next),
      ElementsAre("server.ipv6_only", "server.share_addresses", "server.workers", "server.reload",
                  "server.sandbox", "server.limits.connections_per_client", "server.timeouts.drain",
                  "admin.listen", "admin.hosts", "log.sinks", "log.format", "log.file"));
  EXPECT_EQ(next, running);
}

TEST(config_status, in_json) {
  config_status status;
  status.generation = 3;
  status.since = at(60s);
  status.reloads_taken = 2;
  status.reloads_refused = 1;
  status.last_reload = reload_report{false, at(90s), 3, {"a \"problem\""}, {"server.workers"}};
  status.certificates = {{"/a.pem", {"a.example", "*.b.example"}, "EC", at(0s), at(1000s)}};
  const auto made = to_json(status, at(100s));
  EXPECT_EQ(made, boost::json::parse(R"({
    "generation": 3, "since": "1970-01-01T00:01:00.000Z",
    "reloads": {"taken": 2, "refused": 1},
    "last_reload": {"reloaded": false, "generation": 3, "restart": ["server.workers"],
                    "problems": ["a \"problem\""], "at": "1970-01-01T00:01:30.000Z"},
    "certificates": [{"file": "/a.pem", "names": ["a.example", "*.b.example"], "key": "EC",
                      "not_before": "1970-01-01T00:00:00.000Z",
                      "not_after": "1970-01-01T00:16:40.000Z", "seconds_left": 900}]})"));
  EXPECT_TRUE(to_json(config_status{}, at(0s)).at("last_reload").is_null());
}

TEST(config_status, in_metrics) {
  config_status status;
  status.generation = 3;
  status.since = at(60s);
  status.reloads_refused = 1;
  status.last_reload = reload_report{};
  const certificate_status two{"/b.pem", {"*.b.example", "b.example"}, "EC", at(0s), at(2000s)};
  status.certificates = {{"/a.pem", {}, "EC", at(0s), at(1000s)}, two, two};
  metrics_text page;
  write_config_metrics(page, status);
  EXPECT_THAT(page.text(), HasSubstr("latchkey_config_generation 3\n"));
  EXPECT_THAT(page.text(), HasSubstr("latchkey_config_reloads_total{outcome=\"refused\"} 1\n"));
  EXPECT_THAT(page.text(), HasSubstr("latchkey_config_last_reload_taken 0\n"));
  EXPECT_THAT(
      page.text(),
      HasSubstr("latchkey_certificate_not_after_seconds{file=\"/a.pem\",name=\"\"} 1000\n"));
  EXPECT_THAT(
      page.text(),
      HasSubstr("seconds{file=\"/b.pem\",name=\"*.b.example\"} 2000\n"
                "latchkey_certificate_not_after_seconds{file=\"/b.pem\",name=\"b.example\"} "
                "2000\n"));
  EXPECT_THAT(page.text(), HasSubstr("latchkey_config_last_success_timestamp_seconds 60\n"));
}

class ReloadRoute : public testing::Test {
 protected:
  http::response send(bool taken, std::string_view peer,
                      std::vector<std::pair<std::string, std::string>> fields = {}) {
    const auto route = reload_route([this, taken] { return answer(taken, asked_); });
    const http::handler from_there = [&](http::context& ctx) {
      ctx.peer = peer;
      return route.handler(ctx);
    };
    support::request ask{http::verb::post, "/reload", std::move(fields)};
    return ask.send(from_there);
  }
  static async::task<reload_report> answer(bool taken, int& asked) {
    ++asked;
    co_return reload_report{
        taken, {}, 2, taken ? std::vector<std::string>{} : std::vector<std::string>{"why"}, {}};
  }
  int asked_ = 0;
};

async::task<reload_report> not_tried(reload_declined why) {
  co_return reload_report{false, {}, 2, {}, {}, why};
}

TEST_F(ReloadRoute, says_why_none_was_tried) {
  const auto declined = [](reload_declined why) {
    const auto route = reload_route([why] { return not_tried(why); });
    const http::handler from_there = [&route](http::context& ctx) {
      ctx.peer = "127.0.0.1";
      return route.handler(ctx);
    };
    return support::request{http::verb::post, "/reload", {}}.send(from_there);
  };
  const auto busy = declined(reload_declined::busy);
  EXPECT_EQ(busy.code(), http::status::service_unavailable);
  EXPECT_EQ(*busy.find("retry-after"), "1");
  EXPECT_THAT(support::text_of(busy), HasSubstr("Enough others wait for a reload already"));
  const auto ending = declined(reload_declined::ending);
  EXPECT_EQ(ending.code(), http::status::service_unavailable);
  EXPECT_EQ(support::text_of(ending), R"({"reloaded":false,"generation":2,"restart":[],)"
                                      R"("problems":[],"detail":"The server is ending"})");
}

TEST_F(ReloadRoute, tells_what_became_of_it) {
  const auto good = send(true, "127.0.0.1");
  EXPECT_EQ(good.code(), http::status::ok);
  EXPECT_EQ(support::text_of(good), R"({"reloaded":true,"generation":2,"restart":[]})");
  const auto bad = send(false, "::1");
  EXPECT_EQ(bad.code(), http::status::unprocessable_entity);
  EXPECT_THAT(support::text_of(bad), HasSubstr(R"("problems":["why"])"));
}

TEST_F(ReloadRoute, is_for_this_machine_and_not_for_pages) {
  EXPECT_EQ(send(true, "192.0.2.1").code(), http::status::forbidden);
  EXPECT_EQ(send(true, "127.0.0.1", {{"origin", "null"}}).code(), http::status::forbidden);
  EXPECT_EQ(asked_, 0);
}

}  // namespace
}  // namespace latchkey::app
