#include "support/manual_clock.hpp"
#include "support/request.hpp"

#include <latchkey/http/problem.hpp>
#include <latchkey/middleware/answer_headers.hpp>
#include <latchkey/middleware/body_limits.hpp>
#include <latchkey/middleware/deadline.hpp>
#include <latchkey/middleware/known_host.hpp>
#include <latchkey/middleware/recover.hpp>
#include <latchkey/middleware/request_id.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::middleware {
namespace {

using http::verb;
using support::field_of;

async::task<http::response> fine(http::context&) {
  co_return http::response{http::status::ok};
}

async::task<http::response> failing(http::context&) {
  throw std::runtime_error{"secret detail"};
  co_return http::response{};
}

TEST(request_id, takes_over_a_plain_one_of_a_trusted_proxy_and_replaces_any_other) {
  const std::pair<std::string, std::string> cases[] = {
      {"abc-1_2.3", "abc-1_2.3"},
      {"", "made"},
      {"has space", "made"},
      {"quote\"", "made"},
      {std::string(64, 'a'), std::string(64, 'a')},
      {std::string(65, 'a'), "made"},
  };
  const auto pipeline = http::chain({request_id{[] { return core::block_string{"made"}; }}}, fine);
  const http::handler through_proxy = [&pipeline](http::context& ctx) {
    ctx.trusted_peer = true;
    return pipeline(ctx);
  };
  for (const auto& [given, expected] : cases) {
    support::request asked{verb::get, "/", {{"X-Request-Id", given}}};
    EXPECT_EQ(field_of(asked.send(pipeline), "x-request-id"), "made") << "of anybody";
    EXPECT_EQ(field_of(asked.send(through_proxy), "x-request-id"), expected) << given;
    EXPECT_EQ(std::string_view{asked.context().request_id}, expected);
  }
  support::request without{verb::get, "/"};
  EXPECT_EQ(field_of(without.send(pipeline), "x-request-id"), "made");
}

TEST(request_id, random_ones_differ_and_have_32_digits) {
  const std::string one{random_request_id()};
  EXPECT_THAT(one, testing::MatchesRegex("[0-9a-f]*"));
  EXPECT_EQ(one.size(), 32U);
  EXPECT_NE(one, std::string{random_request_id()});
}

TEST(known_host, is_an_address_or_a_name_of_this_machine) {
  const std::vector<std::string> names{"latchkey", "ops.example"};
  for (const std::string host :
       {"127.0.0.1", "127.0.0.1:9901", "10.1.2.3:9901", "[::1]", "[::1]:9901", "[2001:db8::1]",
        "localhost", "LocalHost:9901", "latchkey:9901", "ops.EXAMPLE"}) {
    EXPECT_TRUE(is_known_host(host, names)) << host;
  }
  for (const std::string host :
       {"rebound.example", "rebound.example:9901", "127.0.0.1.rebound.example", "localhost.example",
        "example", "1.2.3", "2130706433", "0x7f000001", "[::1", "::1", "localhost:", "localhost:0",
        "localhost:99999", "a/localhost", "localhost/", "localhost?", "a@localhost", ":9901", ""}) {
    EXPECT_FALSE(is_known_host(host, names)) << host;
  }
  EXPECT_FALSE(is_known_host("latchkey:9901", {}));
}

TEST(answer_headers, are_added_where_the_answer_has_none) {
  const auto all = std::make_shared<const std::vector<answer_header>>(
      std::vector<answer_header>{{"x-frame-options", "DENY", false},
                                 {"x-own", "b", false},
                                 {"strict-transport-security", "max-age=1", true}});
  const auto says = [](http::context&) -> async::task<http::response> {
    http::response answer{http::status::not_found};
    answer.set("x-own", "a");
    co_return answer;
  };
  const auto pipeline = http::chain({answer_headers{all}}, says);
  support::request asked{verb::get, "/"};
  const auto answer = asked.send(pipeline);
  EXPECT_EQ(field_of(answer, "x-frame-options"), "DENY");
  EXPECT_EQ(field_of(answer, "x-own"), "a");
  EXPECT_EQ(field_of(answer, "strict-transport-security"), "(absent)") << "came by http";
  const auto by_https = [&pipeline](http::context& ctx) {
    ctx.secure = true;
    return pipeline(ctx);
  };
  EXPECT_EQ(field_of(asked.send(by_https), "strict-transport-security"), "max-age=1");
}

TEST(body_limits, are_those_of_the_route) {
  class reader final : public http::body::reader {
   public:
    async::task<core::result<std::size_t>> read_some(std::span<char>) override {
      co_return std::size_t{0};
    }
    void allow(const http::body_limits& limits) override { allowed = limits; }
    void end_by(core::deadline) override {}
    std::optional<std::uint64_t> length() const override { return std::nullopt; }
    bool done() const override { return true; }
    bool is_too_large() const override { return false; }
    http::body_limits allowed;
  };
  reader from;
  support::request asked{verb::post, "/"};
  const body_limits few{{.bytes = 7, .whole = std::chrono::seconds{3}, .idle = {}}};
  EXPECT_EQ(asked.send(http::chain({few}, fine), http::body{from}).code(), http::status::ok);
  EXPECT_EQ(from.allowed.bytes, 7U);
  EXPECT_EQ(from.allowed.whole, std::chrono::seconds{3});
}

TEST(known_host, answers_421_where_another_is_meant) {
  const auto pipeline = http::chain({known_host{{"latchkey"}}}, fine);
  support::request rebound{verb::get, "/status", {{"Host", "rebound.example:9901"}}};
  EXPECT_EQ(rebound.send(pipeline).code(), http::status::misdirected_request);
  support::request named{verb::get, "/status", {{"Host", "latchkey:9901"}}};
  EXPECT_EQ(named.send(pipeline).code(), http::status::ok);
  support::request old{verb::get, "/status"};
  EXPECT_EQ(old.send(pipeline).code(), http::status::ok);
}

TEST(recover, answers_500_without_the_reason_and_reports_it) {
  std::vector<std::string> reported;
  const auto report = [&reported](const http::context&, std::string_view what) {
    reported.emplace_back(what);
  };
  support::request asked{verb::get, "/"};
  const auto answer = asked.send(http::chain({recover{report}}, failing));
  EXPECT_EQ(answer.code(), http::status::internal_server_error);
  EXPECT_EQ(support::text_of(answer), R"({"detail":"Internal Server Error"})");
  EXPECT_EQ(asked.context().reason, "internal_error");
  EXPECT_THAT(reported, testing::ElementsAre("secret detail"));
}

TEST(recover, passes_answers_through) {
  support::request asked{verb::get, "/"};
  EXPECT_EQ(asked.send(http::chain({recover{}}, fine)).code(), http::status::ok);
}

TEST(deadline, draws_the_deadline_closer_and_never_further) {
  support::manual_clock clock;
  const auto limit = std::chrono::seconds{5};
  support::request asked{verb::get, "/"};
  const deadline five{clock.clock(), limit};
  asked.send(http::chain({five}, fine));
  EXPECT_EQ(asked.context().deadline.at(), clock.steady() + limit);
  const deadline ten{clock.clock(), std::chrono::seconds{10}};
  asked.send(http::chain({five, ten}, fine));
  EXPECT_EQ(asked.context().deadline.at(), clock.steady() + limit);
}

}  // namespace
}  // namespace latchkey::middleware
