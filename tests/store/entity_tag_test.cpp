#include <latchkey/store/entity_tag.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::store {
namespace {

constexpr std::uint64_t first = 0x0123'4567'89AB'CDEF;
constexpr std::uint64_t second = ~std::uint64_t{0};

TEST(entity_tags, are_strong_and_quoted) {
  EXPECT_EQ(entity_tag_of(first), "\"ASNFZ4mrze8\"");
  EXPECT_EQ(entity_tag_of(0), "\"AAAAAAAAAAA\"");
  EXPECT_NE(entity_tag_of(first), entity_tag_of(second));
}

TEST(conditions, of_if_match) {
  struct row {
    std::string name;
    std::vector<std::string> fields;
    bool first_holds;
    bool second_holds;
  };
  const auto one = entity_tag_of(first);
  const auto two = entity_tag_of(second);
  for (const auto& each : std::vector<row>{
           {"none", {}, true, true},
           {"any", {"*"}, true, true},
           {"any, with space", {" * "}, true, true},
           {"one", {one}, true, false},
           {"a list", {one + " , " + two}, true, true},
           {"two fields", {one, two}, true, true},
           {"a weak one never matches", {"W/" + one}, false, false},
           {"none of ours", {"\"abc\""}, false, false},
           {"without quotes", {one.substr(1, one.size() - 2)}, false, false},
           {"nothing in it", {""}, false, false},
           {"no list of tags", {"*, " + one}, true, false},
           {"a comma within", {"\"a,b\", " + two}, false, true},
       }) {
    condition when;
    for (const auto& field : each.fields) add_if_match(when, field);
    EXPECT_EQ(when.holds(first), each.first_holds) << each.name;
    EXPECT_EQ(when.holds(second), each.second_holds) << each.name;
  }
}

TEST(conditions, of_if_none_match) {
  const auto one = entity_tag_of(first);
  condition not_first;
  add_if_none_match(not_first, "\"x\", W/" + one);
  EXPECT_FALSE(not_first.holds(first));
  EXPECT_TRUE(not_first.holds(second));
  condition never;
  add_if_none_match(never, "*");
  EXPECT_FALSE(never.holds(first));
  condition both;
  add_if_match(both, one);
  add_if_none_match(both, one);
  EXPECT_FALSE(both.holds(first));
}

}  // namespace
}  // namespace latchkey::store
