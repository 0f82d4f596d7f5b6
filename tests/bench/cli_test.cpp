#include "cli.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <sstream>
#include <stdexcept>

namespace latchkey::bench {
namespace {

using testing::HasSubstr;

struct outcome {
  int status = 0;
  std::string out;
  std::string err;
  std::optional<verify_options> measured;
  std::optional<idp_faults_options> tried;
};

outcome call(std::vector<std::string> args, bool finishes = true) {
  outcome made;
  std::ostringstream out;
  std::ostringstream err;
  const auto verify = [&made, finishes](const verify_options& options) {
    made.measured = options;
    return finishes;
  };
  const auto idp_faults = [&made, finishes](const idp_faults_options& options) {
    if (options.only == std::vector<std::string>{"nothing"}) throw std::invalid_argument{"no row"};
    made.tried = options;
    return finishes ? exit_ok : exit_failed;
  };
  made.status = run_command_line(std::move(args), {out, err, 6, verify, idp_faults});
  made.out = out.str();
  made.err = err.str();
  return made;
}

TEST(cli, tells_what_there_is) {
  const auto help = call({"--help"});
  EXPECT_EQ(help.status, exit_ok);
  EXPECT_THAT(help.out, HasSubstr("Examples:"));
  const auto more = call({"verify", "--help"});
  EXPECT_EQ(more.status, exit_ok);
  EXPECT_THAT(more.out, HasSubstr("latchkey-bench verify --only stages"));
  EXPECT_EQ(call({"--version"}).out, "latchkey-bench " LATCHKEY_VERSION "\n");
}

TEST(cli, measures_as_it_is_told) {
  const auto made =
      call({"verify",      "--tokens", "100",       "--keys",  "3",         "--hot", "9",
            "--rounds",    "5",        "--seconds", "0.2",     "--threads", "2",     "--only",
            "stages,keys", "--time",   "wall",      "--batch", "off",       "--json"});
  ASSERT_TRUE(made.measured) << made.err;
  EXPECT_EQ(made.measured->tokens, 100U);
  EXPECT_EQ(made.measured->keys, 3U);
  EXPECT_EQ(made.measured->hot, 9U);
  EXPECT_EQ(made.measured->rounds, 5U);
  EXPECT_EQ(made.measured->seconds, 0.2);
  EXPECT_EQ(made.measured->threads, 2U);
  EXPECT_THAT(made.measured->only, testing::ElementsAre(section::stages, section::keys));
  EXPECT_EQ(made.measured->time, time_kind::wall);
  EXPECT_FALSE(made.measured->batch);
  EXPECT_TRUE(made.measured->json);
  EXPECT_EQ(made.status, exit_ok);
}

TEST(cli, takes_all_cores_unless_it_is_told_fewer) {
  EXPECT_EQ(call({"verify"}).measured->threads, 6U);
}

TEST(cli, quick_changes_only_what_was_not_given) {
  const auto made = call({"verify", "--quick", "--rounds", "9"});
  ASSERT_TRUE(made.measured) << made.err;
  EXPECT_EQ(made.measured->rounds, 9U);
  EXPECT_EQ(made.measured->tokens, 64U);
  EXPECT_EQ(made.measured->threads, 2U);
  EXPECT_LT(made.measured->seconds, 0.1);
}

TEST(cli, says_by_its_status_that_it_was_stopped) {
  EXPECT_EQ(call({"verify"}, false).status, exit_stopped);
}

TEST(cli, tries_the_faults_it_is_told) {
  const auto made = call({"idp-faults", "--only", "cold,fault:html", "--quick", "--json"});
  ASSERT_TRUE(made.tried) << made.err;
  EXPECT_EQ(*made.tried, (idp_faults_options{{"cold", "fault:html"}, true, true, false}));
  EXPECT_EQ(made.status, exit_ok);
  EXPECT_EQ(*call({"idp-faults"}).tried, idp_faults_options{});
  EXPECT_TRUE(call({"idp-faults", "--list"}).tried->list);
  EXPECT_EQ(call({"idp-faults"}, false).status, exit_failed);
}

struct refused {
  std::vector<std::string> args;
  const char* says;
};

TEST(cli, refuses_wrong_usage_and_says_what_to_do) {
  const std::vector<refused> cases{
      {{}, "subcommand is required"},
      {{"unknown"}, "unknown command \"unknown\"; expected one of: verify, idp-faults"},
      {{"verify", "--tokens", "many"}, "--tokens"},
      {{"verify", "--tokens", "-8"}, "--tokens"},
      {{"verify", "--seconds", "0"}, "take a number from 0.001 to 60"},
      {{"verify", "--hot", "5000"}, "--hot 5000 is more than --tokens 4000"},
      {{"verify", "--only", "stages,all"}, "there is no part \"all\": take stages, steps"},
      {{"verify", "--time", "cycles"}, "take cpu or wall"},
      {{"verify", "--batch", "on"}, "take auto or off"},
      {{"verify", "--tokenz", "8"}, "--tokenz"},
      {{"idp-faults", "--only", "nothing"}, "--only: no row"},
      {{"idp-faults", "cold"}, "cold"},
  };
  for (const auto& one : cases) {
    const auto made = call(one.args);
    EXPECT_EQ(made.status, exit_usage) << testing::PrintToString(one.args);
    EXPECT_EQ(made.out, "");
    EXPECT_THAT(made.err, HasSubstr(one.says));
    EXPECT_FALSE(made.measured);
    EXPECT_FALSE(made.tried);
  }
}

}  // namespace
}  // namespace latchkey::bench
