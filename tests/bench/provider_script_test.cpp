#include "run/provider_script.hpp"

#include "run/idp.hpp"
#include "run/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace latchkey::bench::run {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using step = provider_step;

std::vector<step> script(std::initializer_list<const char*> texts, provider_action::time end) {
  std::vector<provider_action> all;
  for (const auto* text : texts) all.push_back(parse_provider_action(text));
  return steps_of(all, end);
}

TEST(provider_script, publishes_each_key_a_period_before_it_signs) {
  EXPECT_THAT(
      script({"rotate/5s"}, 11s),
      ElementsAre(step{0s, step::kind::publish, {}, 0, {}}, step{5s, step::kind::sign, {}, 0, {}},
                  step{5s, step::kind::publish, {}, 0, {}}, step{10s, step::kind::sign, {}, 0, {}},
                  step{10s, step::kind::publish, {}, 0, {}}));
}

TEST(provider_script, puts_all_actions_on_one_time_axis) {
  EXPECT_THAT(
      script({"fail=unavailable@3s+2s", "flood=50@1s+1s", "remove@4s", "rotate-now@4s",
              "stall@90s+1s"},
             20s),
      ElementsAre(step{1s, step::kind::flood, {}, 50, 1s},
                  step{3s, step::kind::fail, "unavailable", 0, 2s},
                  step{4s, step::kind::remove, {}, 0, {}}, step{4s, step::kind::rotate, {}, 0, {}},
                  step{5s, step::kind::heal, {}, 0, {}}));
  EXPECT_THAT(script({"stall@1s/4s+500ms"}, 6s),
              ElementsAre(step{5s, step::kind::fail, "silence", 0, 500ms},
                          step{5500ms, step::kind::heal, {}, 0, {}}));
}

TEST(provider_script, refuses_what_it_cannot_do_and_says_why) {
  const struct {
    const char* text;
    const char* said;
  } cases[] = {
      {"", "take rotate"},
      {"explode@1s", "take rotate"},
      {"rotate", "when?"},
      {"rotate@5s", "needs a period"},
      {"rotate/5s+1s", "has no length"},
      {"rotate/10ms", "every 100ms"},
      {"rotate=3/5s", "only fail and flood take a value"},
      {"fail@1s+1s", "fail needs a fault"},
      {"fail=@1s+1s", "fail needs a fault"},
      {"fail=nonsense@1s+1s", "there is no fault \"nonsense\"; there are not-found"},
      {"fail=expired@1s+1s", "there is no fault \"expired\""},
      {"fail=html@1s", "needs a length"},
      {"fail=html/2s+3s", "would begin again"},
      {"flood@1s+1s", "a flood takes"},
      {"flood=0@1s+1s", "a flood takes"},
      {"flood=1e9@1s+1s", "a flood takes"},
      {"flood=nan@1s+1s", "a flood takes"},
      {"remove@5", "expected a time"},
      {"remove@-5s", "expected a time"},
  };
  for (const auto& one : cases) {
    try {
      parse_provider_action(one.text);
      ADD_FAILURE() << one.text;
    } catch (const std::invalid_argument& refused) {
      EXPECT_THAT(refused.what(), testing::HasSubstr(one.said)) << one.text;
    }
  }
}

load_options with_idp(const char* action) {
  load_options asked;
  asked.urls = {{"https://localhost/", 1}};
  asked.tokens.from = token_options::source::minted;
  asked.idp = {parse_provider_action(action)};
  return asked;
}

TEST(provider_script, needs_tokens_of_that_provider_and_a_time) {
  EXPECT_EQ(problem_of(with_idp("rotate/5s")), std::nullopt);
  auto asked = with_idp("rotate/5s");
  asked.tokens.from = token_options::source::none;
  EXPECT_THAT(problem_of(asked).value_or(""), testing::HasSubstr("needs tokens"));
  asked = with_idp("rotate/5s");
  asked.requests = 100;
  EXPECT_THAT(problem_of(asked).value_or(""), testing::HasSubstr("--duration"));
  asked = with_idp("rotate/5s");
  asked.mix = {{"expired", 1}};
  EXPECT_THAT(problem_of(asked).value_or(""), testing::HasSubstr("valid tokens"));
  asked = with_idp("rotate/100ms");
  asked.length = 24h;
  EXPECT_THAT(problem_of(asked).value_or(""), testing::HasSubstr("10000 steps"));
}

TEST(provider_log, counts_fetches_of_a_stretch_of_time) {
  idp_beside::log log;
  EXPECT_EQ(fetches_between(log, 0, 10), 0U);
  log.fetches = {{-1, 3}, {0, 3}, {1, 4}, {2, 6}};
  EXPECT_EQ(fetches_between(log, 0, 1), 1U);
  EXPECT_EQ(fetches_between(log, 1, 5), 2U);
  EXPECT_EQ(fetches_between(log, 0, 10), 3U);
}

TEST(expected_answers, are_given_for_each_kind) {
  load_options asked;
  parse_expect("2xx,304", asked);
  parse_expect("scope=401", asked);
  EXPECT_TRUE(asked.expect && asked.expect->allows(304));
  EXPECT_TRUE(asked.expect_of.at("scope").allows(401));
  parse_expect("valid=200", asked);
  EXPECT_FALSE(asked.expect->allows(304));
  for (const char* text : {"nobody=200", "scope=", "scope=9xx", "=200"}) {
    EXPECT_THROW(parse_expect(text, asked), std::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace latchkey::bench::run
