#include "verify/options.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <functional>
#include <limits>
#include <ostream>

namespace latchkey::bench {
namespace {

using testing::HasSubstr;

TEST(options, the_usual_ones_can_be_used) {
  EXPECT_EQ(problem_of(verify_options{}), std::nullopt);
}

struct bad_case {
  const char* name;
  std::function<void(verify_options&)> spoil;
  const char* says;
};

class bad_options : public testing::TestWithParam<bad_case> {};

TEST_P(bad_options, are_named_with_what_to_do) {
  verify_options options;
  GetParam().spoil(options);
  const auto problem = problem_of(options);
  ASSERT_TRUE(problem);
  EXPECT_THAT(*problem, HasSubstr(GetParam().says));
  EXPECT_THAT(*problem, testing::AnyOf(HasSubstr("take "), HasSubstr("a key would sign nothing")));
}

INSTANTIATE_TEST_SUITE_P(
    all, bad_options,
    testing::Values(bad_case{"no_keys", [](auto& o) { o.keys = 0; }, "--keys 0"},
                    bad_case{"less_than_a_batch", [](auto& o) { o.tokens = 7; }, "--tokens 7"},
                    bad_case{"nothing_hot", [](auto& o) { o.hot = 0; }, "--hot 0"},
                    bad_case{"more_hot_than_there_are", [](auto& o) { o.hot = 4001; },
                             "--hot 4001 is more"},
                    bad_case{"more_keys_than_tokens",
                             [](auto& o) {
                               o.tokens = 8;
                               o.hot = 8;
                               o.keys = 9;
                             },
                             "--keys 9 is more"},
                    bad_case{"no_rounds", [](auto& o) { o.rounds = 0; }, "--rounds 0"},
                    bad_case{"no_threads", [](auto& o) { o.threads = 0; }, "--threads 0"},
                    bad_case{"no_time", [](auto& o) { o.seconds = 0; }, "--seconds 0"},
                    bad_case{"time_that_is_none",
                             [](auto& o) { o.seconds = std::numeric_limits<double>::quiet_NaN(); },
                             "--seconds nan"},
                    bad_case{"too_long", [](auto& o) { o.seconds = 61; }, "--seconds 61"}),
    support::case_name);

TEST(options, parts_have_names) {
  for (const auto part : {section::stages, section::steps, section::threads, section::keys}) {
    EXPECT_EQ(section_named(name_of(part)), part);
  }
  EXPECT_EQ(section_named(""), std::nullopt);
  EXPECT_EQ(section_named("Stages"), std::nullopt);
}

TEST(options, all_parts_are_wanted_unless_some_are_named) {
  EXPECT_TRUE(verify_options{}.wants(section::keys));
  verify_options options;
  options.only = {section::steps};
  EXPECT_TRUE(options.wants(section::steps));
  EXPECT_FALSE(options.wants(section::keys));
}

}  // namespace
}  // namespace latchkey::bench
