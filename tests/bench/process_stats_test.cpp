#include "harness/process_stats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <unistd.h>

namespace latchkey::bench::harness {
namespace {

using testing::IsEmpty;

constexpr const char* line_text =
    "4321 (a (b) c) S 77 4321 4321 0 -1 4194560 100 0 0 0 250 50 9 9 20 0 1 0 900 12345678 2048 "
    "18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0\n";

struct line_case {
  const char* name;
  std::string text;
  std::optional<process_line> line;
};

TEST(process_stats, a_line_is_read_whatever_the_program_is_called) {
  const process_line read{4321, 77, 300, 2048};
  const std::string whole{line_text};
  const std::string fields = whole.substr(whole.rfind(')') + 1);
  const std::vector<line_case> cases{
      {"brackets and spaces in the name", whole, read},
      {"a name that looks like fields", "4321 () R 1 2) S 5)" + fields, read},
      {"a line feed in the name", "4321 (a\nb)" + fields, read},
      {"nothing", "", std::nullopt},
      {"no name", "4321 S 77", std::nullopt},
      {"cut short", whole.substr(0, 60), std::nullopt},
      {"no number", "x" + whole, std::nullopt},
      {"a negative time", "4321 (a) S 77 1 1 0 -1 4 1 0 0 0 -250 50 9 9 20 0 1 0 900 1 2048 1",
       std::nullopt},
  };
  for (const auto& each : cases) EXPECT_EQ(parse_process_line(each.text), each.line) << each.name;
}

TEST(process_stats, a_tree_has_all_that_were_started_and_nobody_else) {
  const std::vector<process_line> all{
      {12, 11, 1, 1}, {10, 1, 2, 2}, {13, 1, 4, 4}, {11, 10, 8, 8}, {14, 12, 16, 16}};
  std::uint64_t ticks = 0;
  for (const auto& one : tree_below(10, all)) ticks += one.ticks;
  EXPECT_EQ(ticks, 2U + 8U + 1U + 16U);
  EXPECT_THAT(tree_below(99, all), IsEmpty());
}

TEST(process_stats, a_tree_whose_numbers_go_round_has_an_end) {
  EXPECT_EQ(tree_below(1, {{1, 2, 1, 1}, {2, 1, 1, 1}}).size(), 2U);
  EXPECT_EQ(tree_below(1, {{1, 1, 1, 1}}).size(), 1U);
}

TEST(process_stats, this_process_is_there) {
  EXPECT_GT(usage_of(::getpid()).resident_bytes, 0U);
  EXPECT_GE(open_descriptors_of(::getpid()), 3U);
  EXPECT_EQ(stat_of(::getpid())->pid, ::getpid());
  EXPECT_THROW(usage_of(-5), std::runtime_error);
  EXPECT_EQ(open_descriptors_of(-5), std::nullopt);
  EXPECT_EQ(stat_of(-5), std::nullopt);
}

}  // namespace
}  // namespace latchkey::bench::harness
