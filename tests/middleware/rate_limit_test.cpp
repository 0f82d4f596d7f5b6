#include "support/manual_clock.hpp"
#include "support/request.hpp"

#include <latchkey/middleware/rate_limit.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::middleware {
namespace {

using namespace std::chrono_literals;
using support::field_of;

async::task<http::response> fine(http::context&) {
  co_return http::response{http::status::ok};
}

// Puts the request where a test wants it to come from, in front of the limits.
struct as_if {
  std::string client;
  core::principal_ptr principal;

  async::task<http::response> operator()(http::context& ctx, const http::handler& next) const {
    ctx.client = client;
    ctx.principal = principal;
    return next(ctx);
  }
};

core::principal_ptr who(std::string issuer, std::string subject, std::string client = {}) {
  core::principal made;
  made.issuer = std::move(issuer);
  made.subject = std::move(subject);
  made.client = std::move(client);
  return std::make_shared<const core::principal>(std::move(made));
}

class rate_limits : public testing::Test {
 protected:
  http::response ask(const std::vector<limit_settings>& settings, bool by_address,
                     const std::string& peer, core::principal_ptr principal = nullptr,
                     const std::string& identity = "GET /notes") {
    const auto limits = make_limits(store_, settings, "/notes", identity, by_address);
    support::request asked{http::verb::get, "/"};
    auto answer =
        asked.send(http::chain({as_if{peer, std::move(principal)}, rate_limit{limits}}, fine));
    reason_ = asked.context().reason;
    return answer;
  }
  unsigned status(const std::vector<limit_settings>& settings, const std::string& peer,
                  core::principal_ptr principal = nullptr,
                  const std::string& identity = "GET /notes") {
    const bool by_address = settings.front().by == limit_by::address;
    return static_cast<unsigned>(
        ask(settings, by_address, peer, std::move(principal), identity).code());
  }

  support::manual_clock time_;
  std::shared_ptr<limit_store> store_ =
      std::make_shared<limit_store>(time_.clock(), core::siphash_key{3, 4}, 1024);
  std::string_view reason_;
};

TEST_F(rate_limits, tell_what_is_left_and_when_to_come_again) {
  const std::vector<limit_settings> limits{{limit_by::address, "2/s", 3}};
  auto answer = ask(limits, true, "192.0.2.1");
  EXPECT_EQ(answer.code(), http::status::ok);
  EXPECT_EQ(field_of(answer, "ratelimit-policy"), "\"address\";q=3;w=2");
  EXPECT_EQ(field_of(answer, "ratelimit"), "\"address\";r=2;t=1");
  EXPECT_EQ(field_of(answer, "retry-after"), "(absent)");
  EXPECT_EQ(reason_, "");
  ask(limits, true, "192.0.2.1");
  answer = ask(limits, true, "192.0.2.1");
  EXPECT_EQ(field_of(answer, "ratelimit"), "\"address\";r=0;t=2");
  answer = ask(limits, true, "192.0.2.1");
  EXPECT_EQ(answer.code(), http::status::too_many_requests);
  EXPECT_EQ(field_of(answer, "retry-after"), "1");
  EXPECT_EQ(field_of(answer, "ratelimit-policy"), "\"address\";q=3;w=2");
  EXPECT_EQ(field_of(answer, "ratelimit"), "\"address\";r=0;t=1");
  EXPECT_EQ(reason_, "rate_limited");
  time_.advance(500ms);
  EXPECT_EQ(status(limits, "192.0.2.1"), 200U);
  EXPECT_EQ(status(limits, "192.0.2.1"), 429U);
  ASSERT_EQ(store_->counts().size(), 1U);
  EXPECT_EQ(store_->counts()[0]->refused, 2U);
  EXPECT_EQ(store_->counts()[0]->route, "/notes");
}

TEST_F(rate_limits, count_addresses_of_one_client_together) {
  const std::vector<limit_settings> limits{{limit_by::address, "1/s"}};
  struct {
    const char* peer;
    unsigned status;
  } const cases[] = {
      {"192.0.2.1", 200},        {"192.0.2.2", 200},       {"192.0.2.1", 429},
      {"::ffff:192.0.2.1", 429}, {"2001:db8:1:2::1", 200}, {"2001:db8:1:2:ffff::9", 429},
      {"2001:db8:1:3::1", 200},  {"2001:db8:1:2::1", 429},
  };
  for (const auto& one : cases) EXPECT_EQ(status(limits, one.peer), one.status) << one.peer;
}

TEST_F(rate_limits, count_by_what_the_token_says) {
  const auto ann = who("https://a", "ann", "app");
  const auto ben = who("https://a", "ben", "app");
  const auto other_ann = who("https://b", "ann", "app");
  struct {
    limit_by by;
    core::principal_ptr first;
    core::principal_ptr second;
    unsigned status;
  } const cases[] = {
      {limit_by::subject, ann, ann, 429},
      {limit_by::subject, ann, ben, 200},
      {limit_by::subject, ann, other_ann, 200},
      {limit_by::subject, who("https://a", ""), who("https://a", ""), 429},
      {limit_by::client_id, ann, ben, 429},
      {limit_by::client_id, ann, other_ann, 200},
      {limit_by::client_id, ann, who("https://a", "ann", "web"), 200},
      {limit_by::issuer, ann, ben, 429},
      {limit_by::issuer, ann, other_ann, 200},
      // What one text ends with does not begin the other.
      {limit_by::subject, who("https://a", "bc"), who("https://ab", "c"), 200},
  };
  for (const auto& one : cases) {
    const std::vector<limit_settings> limits{{one.by, "1/h"}};
    const auto index = std::to_string(&one - cases);
    EXPECT_EQ(status(limits, "192.0.2.1", one.first, index), 200U) << index;
    EXPECT_EQ(status(limits, "192.0.2.2", one.second, index), one.status) << index;
  }
}

TEST_F(rate_limits, keep_their_buckets_while_route_and_limit_are_the_same) {
  const std::vector<limit_settings> limits{{limit_by::address, "1/h"}};
  EXPECT_EQ(status(limits, "192.0.2.1"), 200U);
  EXPECT_EQ(status(limits, "192.0.2.1"), 429U) << "made anew, as by a reload";
  EXPECT_EQ(status(limits, "192.0.2.1", nullptr, "POST /notes"), 200U) << "another route";
  EXPECT_EQ(status({{limit_by::address, "2/h"}}, "192.0.2.1"), 200U) << "another rate";
  EXPECT_EQ(status({{limit_by::address, "1/h", 2}}, "192.0.2.1"), 200U) << "another burst";
}

TEST_F(rate_limits, stand_beside_each_other) {
  const std::vector<limit_settings> limits{
      {limit_by::subject, "10/s"}, {limit_by::subject, "2/h"}, {limit_by::address, "1/h"}};
  const auto ann = who("https://a", "ann");
  EXPECT_EQ(make_limits(store_, limits, "/", "a", true)->size(), 1U);
  auto answer = ask(limits, false, "192.0.2.1", ann);
  std::string told;
  for (const auto& field : answer.fields())
    told += std::string{field.name} + ": " + std::string{field.value} + '\n';
  EXPECT_EQ(told,
            "ratelimit-policy: \"subject\";q=10;w=1\nratelimit: \"subject\";r=9;t=1\n"
            "ratelimit-policy: \"subject-2\";q=2;w=3600\nratelimit: \"subject-2\";r=1;t=1800\n");
  ask(limits, false, "192.0.2.1", ann);
  answer = ask(limits, false, "192.0.2.1", ann);
  EXPECT_EQ(answer.code(), http::status::too_many_requests);
  EXPECT_EQ(field_of(answer, "retry-after"), "1800");
  EXPECT_EQ(make_limits(store_, {}, "/", "a", true), nullptr);
}

// Else a limit that refuses would use up the one before it.
TEST_F(rate_limits, that_passed_have_their_tokens_back_where_another_refuses) {
  const std::vector<limit_settings> limits{{limit_by::subject, "10/h"}, {limit_by::subject, "1/m"}};
  const auto ann = who("https://a", "ann");
  EXPECT_EQ(field_of(ask(limits, false, "192.0.2.1", ann), "ratelimit"), "\"subject\";r=9;t=360");
  for (int i = 0; i < 5; ++i) {
    const auto refused = ask(limits, false, "192.0.2.1", ann);
    EXPECT_EQ(refused.code(), http::status::too_many_requests);
    EXPECT_EQ(field_of(refused, "ratelimit"), "\"subject\";r=9;t=360");
  }
}

TEST_F(rate_limits, by_token_are_a_bug_where_there_is_none) {
  EXPECT_THROW(ask({{limit_by::subject, "1/s"}}, false, "192.0.2.1"), std::logic_error);
}

}  // namespace
}  // namespace latchkey::middleware
