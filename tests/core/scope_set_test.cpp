#include <latchkey/core/scope_set.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <string>
#include <vector>

namespace latchkey::core {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

struct text {
  std::string name;
  std::string given;
  std::vector<std::string> scopes;
};

const std::vector<text> texts{
    {"nothing", "", {}},
    {"one", "a", {"a"}},
    {"in_their_order", "b a c", {"b", "a", "c"}},
    {"once_each", "a b a", {"a", "b"}},
    {"spaces_around", "  a   b ", {"a", "b"}},
    {"only_spaces", "   ", {}},
    {"case_counts", "a A", {"a", "A"}},
    {"no_other_separator", "a,b\tc", {"a,b\tc"}},
};

class ScopeTexts : public testing::TestWithParam<text> {};

TEST_P(ScopeTexts, are_split_on_spaces) {
  const auto set = scope_set::split(GetParam().given);
  EXPECT_THAT(set.items(), ElementsAreArray(GetParam().scopes));
  EXPECT_EQ(set.empty(), GetParam().scopes.empty());
}

INSTANTIATE_TEST_SUITE_P(table, ScopeTexts, testing::ValuesIn(texts), support::case_name);

TEST(ScopeSet, compares_whole_scopes) {
  const scope_set set{"example:note:readonly"};
  EXPECT_TRUE(set.contains("example:note:readonly"));
  EXPECT_FALSE(set.contains("example:note:read"));
  EXPECT_FALSE(set.contains("note:readonly"));
  EXPECT_FALSE(set.contains("example:note:readonly2"));
  EXPECT_FALSE(set.contains("EXAMPLE:note:readonly"));
  EXPECT_FALSE(set.contains(""));
}

TEST(ScopeSet, contains_all_needs_each_of_them) {
  const scope_set set{"a", "b"};
  EXPECT_TRUE(set.contains_all(std::vector<std::string>{}));
  EXPECT_TRUE(set.contains_all(std::vector<std::string>{"b", "a"}));
  EXPECT_FALSE(set.contains_all(std::vector<std::string>{"a", "c"}));
  EXPECT_FALSE(scope_set{}.contains_all(std::vector<std::string>{"a"}));
}

TEST(ScopeSet, add_leaves_out_what_is_there_or_empty) {
  scope_set set;
  set.add("a");
  set.add("");
  set.add("a");
  set.add("b");
  EXPECT_THAT(set.items(), ElementsAre("a", "b"));
}

TEST(ScopeSet, owns_its_scopes) {
  std::string source = "a b";
  const auto set = scope_set::split(source);
  source.assign("x y");
  EXPECT_THAT(set.items(), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace latchkey::core
