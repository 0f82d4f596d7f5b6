#include <latchkey/jose/scope_claims.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <algorithm>
#include <memory_resource>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

using testing::ElementsAreArray;

const std::vector<std::string> usual{"scope", "scp", "permissions"};

granted_scopes read(const std::string& claims, const std::vector<std::string>& paths = usual) {
  const auto text = "{" + claims + "}";
  std::pmr::monotonic_buffer_resource memory;
  const auto parsed = parse_json_view(
      text, {.bytes = 100'000, .depth = 16, .values = 10'000, .string_bytes = 100'000}, memory);
  if (!parsed) throw std::invalid_argument{claims};
  return scopes_of(*parsed, paths);
}

struct one {
  std::string name;
  std::string claims;
  std::vector<std::string> scopes;
  bool all_read = true;
};

const std::vector<one> table{
    {"none", R"("x":1)", {}},
    {"scope_text", R"("scope":"openid example:note:read")", {"openid", "example:note:read"}},
    {"scope_empty", R"("scope":"")", {}},
    {"scope_spaces", R"("scope":"  a   b ")", {"a", "b"}},
    {"scope_array", R"("scope":["a","b"])", {"a", "b"}},
    {"scp_text", R"("scp":"a b")", {"a", "b"}},
    {"scp_array", R"("scp":["a","b"])", {"a", "b"}},
    {"permissions_array", R"("permissions":["read:a","write:a"])", {"read:a", "write:a"}},
    {"empty_array", R"("scp":[])", {}},
    {"empty_element", R"("scp":["","a"])", {"a"}},
    {"all_three_once_each",
     R"("permissions":["p","a"],"scp":["b","a"],"scope":"a c")",
     {"a", "c", "b", "p"}},
    {"other_claims_give_none", R"("roles":["admin"],"Scope":"admin","scopes":"admin")", {}},
    {"not_ascii", "\"scope\":\"\xC3\xA9\"", {"\xC3\xA9"}},
    // What is no scope grants nothing, and the rest stands.
    {"number", R"("scope":1)", {}, false},
    {"null", R"("scope":null)", {}, false},
    {"object", R"("scope":{"admin":true})", {}, false},
    {"true_", R"("scp":true)", {}, false},
    {"array_with_number", R"("scp":["a",1,"b"])", {"a", "b"}, false},
    {"array_in_array", R"("permissions":[["a"]])", {}, false},
    {"objects_of_uma", R"("scope":"a","permissions":[{"rsid":"1","scopes":["b"]}])", {"a"}, false},
    {"second_claim_no_scope", R"("scope":"a","scp":1)", {"a"}, false},
    {"first_claim_no_scope", R"("scope":{},"scp":"a")", {"a"}, false},
    // Written in a row it would be two.
    {"element_with_space", R"("permissions":["read admin","x"])", {"x"}, false},
    {"element_of_a_space", R"("permissions":[" "])", {}, false},
    {"tab", R"("scope":"a\tb")", {}, false},
    {"line_break", R"("scope":"a\r\nx: y")", {}, false},
    {"line_break_after_a_scope", R"("scope":"admin \n")", {}, false},
    {"nul", R"("scp":["a\u0000","b"])", {"b"}, false},
    {"delete_character", R"("scp":["a\u007f"])", {}, false},
};

class ScopeClaims : public testing::TestWithParam<one> {};

TEST_P(ScopeClaims, are_gathered) {
  const auto granted = read(GetParam().claims);
  EXPECT_THAT(granted.scopes.items(), ElementsAreArray(GetParam().scopes));
  EXPECT_EQ(granted.all_read, GetParam().all_read);
}

INSTANTIATE_TEST_SUITE_P(table, ScopeClaims, testing::ValuesIn(table), support::case_name);

TEST(ScopeClaims, are_found_by_path) {
  const auto granted =
      read(R"("realm_access":{"roles":["r"]},"resource_access":{"my.api":{"roles":["s"]}})",
           {"realm_access.roles", "resource_access.my.api.roles", "resource_access.other.roles"});
  EXPECT_THAT(granted.scopes.items(), ElementsAreArray({"r", "s"}));
  EXPECT_TRUE(granted.all_read);
}

TEST(ScopeClaims, past_the_most_there_may_be_grant_nothing_even_if_they_are_all_the_same) {
  const auto with = [](int count, int distinct) {
    std::string words;
    for (int i = 0; i < count; ++i) words += std::to_string(std::min(i, distinct)) + ' ';
    return read(R"("scope":")" + words + R"(","scp":["last"])");
  };
  for (const auto distinct : {511, 10, 0}) {
    const auto all = with(511, distinct);
    EXPECT_TRUE(all.scopes.contains("last")) << distinct;
    EXPECT_TRUE(all.all_read) << distinct;
    const auto one_more = with(512, distinct);
    EXPECT_FALSE(one_more.scopes.contains("last")) << distinct;
    EXPECT_TRUE(one_more.scopes.contains("0")) << distinct;
    EXPECT_FALSE(one_more.all_read) << distinct;
  }
}

}  // namespace
}  // namespace latchkey::jose
