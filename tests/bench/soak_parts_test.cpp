#include "soak/report.hpp"
#include "soak/site.hpp"
#include "soak/tally.hpp"
#include "soak/terms.hpp"
#include "soak/token_pool.hpp"

#include <latchkey/core/base64url.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace latchkey::bench::soak {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string made_token(std::string_view header, std::string_view claims) {
  return core::base64url_encode(header) + '.' + core::base64url_encode(claims) + '.' +
         std::string(100, 'A');
}

TEST(soak_tokens, are_known_by_what_they_say) {
  const auto text = made_token(R"({"kid":"k1"})", R"({"exp":2000,"nbf":1000,"jti":"7-x"})");
  const auto made = read_token(text, token_kind::not_yet);
  EXPECT_EQ(made.text, text);
  EXPECT_EQ(made.id, "7-x");
  EXPECT_EQ(made.facts.kind, token_kind::not_yet);
  EXPECT_EQ(made.facts.kid, "k1");
  EXPECT_EQ(made.facts.begins, core::wall_time{seconds{1000}});
  EXPECT_EQ(made.facts.ends, core::wall_time{seconds{2000}});
  EXPECT_THROW(read_token("no token", token_kind::valid), std::runtime_error);
}

TEST(soak_tokens, get_another_signature_and_nothing_else) {
  const auto text = made_token("{}", "{}");
  const auto made = with_another_signature(text);
  EXPECT_NE(made, text);
  EXPECT_EQ(made.size(), text.size());
  EXPECT_EQ(made.substr(0, made.rfind('.')), text.substr(0, text.rfind('.')));
}

TEST(soak_tokens, are_of_every_kind_sooner_or_later) {
  std::mt19937_64 random{1};
  std::map<token_kind, unsigned> drawn;
  for (int i = 0; i < 10'000; ++i) ++drawn[draw_kind(random)];
  for (const auto kind : all_kinds) EXPECT_GT(drawn[kind], 150U) << static_cast<int>(kind);
  EXPECT_GT(drawn[token_kind::valid], 3'500U);
}

TEST(soak_tokens, are_kept_in_a_bounded_stock) {
  token_pool pool;
  std::mt19937_64 random{1};
  EXPECT_EQ(pool.draw(token_kind::valid, random), nullptr);
  for (int i = 0; i < 1'000; ++i) pool.add({std::to_string(i), {token_kind::valid}, {}});
  pool.add({"other", {token_kind::scope}, {}});
  EXPECT_EQ(pool.count(token_kind::valid), 64U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_GE(std::stoi(pool.draw(token_kind::valid, random)->text), 936);
  }
  EXPECT_EQ(pool.draw(token_kind::scope, random)->text, "other");
}

TEST(soak_site, follows_its_state_and_breaks_as_it_is_told) {
  site_setting with;
  with.port = 4711;
  with.private_key = "/some.key";
  with.state = {true, 1234};
  const auto text = site_text(with);
  EXPECT_THAT(text, HasSubstr("127.0.0.1:4711"));
  EXPECT_THAT(text, HasSubstr("body_bytes = 1234"));
  EXPECT_THAT(text, HasSubstr("/extra"));
  EXPECT_THAT(text, HasSubstr("workers = 2"));
  for (const auto* kind : {"not-toml", "unknown-key", "missing-file"}) {
    EXPECT_THAT(broken_site_text(with, kind), Not(HasSubstr("/extra")))
        << "what is right in it would be seen if it were taken";
    EXPECT_NE(broken_site_text(with, kind), site_text(with));
  }
  EXPECT_THROW(broken_site_text(with, "other"), std::invalid_argument);
}

std::vector<memory_sample> rising(seconds length, double per_second) {
  std::vector<memory_sample> all;
  for (int i = 0; i < length.count(); ++i) {
    all.push_back({seconds{i}, static_cast<std::size_t>(1e8 + per_second * i)});
  }
  return all;
}

TEST(soak_memory, is_compared_with_the_tenth_minute_of_an_hour) {
  const seconds hour{3600};
  const auto made = judge_memory(rising(hour, 100), hour);
  EXPECT_EQ(made.reference, seconds{600});
  EXPECT_EQ(made.around, seconds{60});
  EXPECT_NEAR(made.before, 1e8 + 60'000, 200);
  EXPECT_NEAR(made.after, 1e8 + 354'000, 200);
  EXPECT_EQ(made.allowed, 0.02);
  EXPECT_TRUE(made.holds());
  EXPECT_FALSE(judge_memory(rising(hour, 1'000), hour).holds()) << "3 per cent";
  EXPECT_TRUE(judge_memory(rising(hour, -1'000), hour).holds()) << "less is no leak";
}

TEST(soak_memory, of_a_short_run_is_compared_with_its_first_sixth_loosely) {
  const seconds minute{60};
  const auto made = judge_memory(rising(minute, 100'000), minute);
  EXPECT_EQ(made.reference, seconds{10});
  EXPECT_EQ(made.around, seconds{5});
  EXPECT_GT(made.allowed, 0.02);
  EXPECT_TRUE(made.holds());
  EXPECT_FALSE(judge_memory(rising(minute, 2e6), minute).holds());
  EXPECT_FALSE(judge_memory({}, minute).holds()) << "nothing was measured";
}

TEST(soak_memory, is_not_misled_by_a_peak) {
  auto samples = rising(seconds{60}, 0);
  samples.back().bytes *= 10;
  EXPECT_TRUE(judge_memory(samples, seconds{60}).holds());
}

outcome good_run() {
  outcome made;
  made.seed = 7;
  made.planned = seconds{60};
  made.ran = milliseconds{60'012};
  made.counted.count("valid", 200);
  made.counted.count("none", 401);
  made.memory = judge_memory(rising(seconds{60}, 0), seconds{60});
  made.descriptors = {40, 40};
  made.status = 0;
  made.done = {{"reloads", 12}};
  return made;
}

TEST(soak_report, of_a_good_run_holds) {
  const auto made = good_run();
  EXPECT_TRUE(holds(made));
  const auto text = text_of(made);
  EXPECT_THAT(text, HasSubstr("Seed 7, 60.012 s of 60 s."));
  EXPECT_THAT(text, HasSubstr("All 6 hold."));
  EXPECT_THAT(text, HasSubstr("loose bound")) << "what was judged is said";
  EXPECT_THAT(text, Not(HasSubstr("Wrong answers")));
  const auto json = json_of(made);
  EXPECT_TRUE(json.at("ok").as_bool());
  EXPECT_EQ(json.at("settings").at("seed").to_number<int>(), 7);
  EXPECT_EQ(json.at("happened").at("reloads").to_number<int>(), 12);
}

TEST(soak_report, of_each_miss_does_not) {
  const std::vector<void (*)(outcome&)> misses{
      [](outcome& one) {
        one.counted.add_wrong({milliseconds{1}, "valid", "GET /notes", "200", "503"});
      },
      [](outcome& one) { one.counted = {}; },
      [](outcome& one) { one.ended_idle = 1; },
      [](outcome& one) { one.troubles = {"a tunnel was cut"}; },
      [](outcome& one) { one.memory.after *= 2; },
      [](outcome& one) { one.memory.whole = false; },
      [](outcome& one) { one.descriptors.after = 41; },
      [](outcome& one) { one.descriptors.after = std::nullopt; },
      [](outcome& one) { one.status = 139; },
      [](outcome& one) { one.status = std::nullopt; },
      [](outcome& one) { one.fault = "the server has ended by itself"; },
  };
  for (std::size_t i = 0; i < misses.size(); ++i) {
    auto made = good_run();
    misses[i](made);
    EXPECT_FALSE(holds(made)) << i;
    EXPECT_THAT(text_of(made), HasSubstr("1 of ")) << i;
  }
}

TEST(soak_report, shows_the_first_wrong_answers_and_keeps_the_others) {
  auto made = good_run();
  for (int i = 0; i < 25; ++i) {
    made.counted.add_wrong({milliseconds{1'000 + i}, "expired", "GET /notes", text_of(answers{401}),
                            std::to_string(200)});
  }
  const auto text = text_of(made);
  EXPECT_THAT(text, HasSubstr("Wrong answers, the first 20 of 25:"));
  EXPECT_THAT(text, HasSubstr("1.019 s"));
  EXPECT_THAT(text, Not(HasSubstr("1.020 s")));
  EXPECT_EQ(json_of(made).at("wrong_answers").as_array().size(), 25U);
  EXPECT_EQ(text_of(answers{0, 200}), "no answer or 200");
}

TEST(soak_report, of_a_run_that_was_stopped_judges_what_it_has) {
  auto made = good_run();
  made.stopped = true;
  made.descriptors.after = std::nullopt;
  made.status = std::nullopt;
  made.memory.whole = false;
  EXPECT_TRUE(holds(made));
  EXPECT_THAT(text_of(made), HasSubstr("Stopped before the end."));
}

}  // namespace
}  // namespace latchkey::bench::soak
