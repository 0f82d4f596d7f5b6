#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/required_claim.hpp>

#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <cstdint>
#include <memory_resource>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

struct required_case {
  std::string name;
  std::vector<required_claim> required;
  std::string claim;  // further members of the claims
  std::string outcome;
};

const required_claim access_only{{"token_use"}, {"access", "api"}};
const required_claim some_client{{"azp", "appid"}, {}};
const required_claim these_clients{{"azp", "appid"}, {"c1", "c2"}};

const required_claim verified{{"verified"}, {true}};
const required_claim level{{"level"}, {std::int64_t{2}, 0.5}};
const required_claim in_groups{{"groups"}, {}, {"staff", std::int64_t{7}}};
const required_claim in_realm{{"realm_access.roles"}, {}, {"admin"}};

const std::vector<required_case> required_table{
    {"there", {access_only}, R"("token_use":"access")", "accepted"},
    {"second_value", {access_only}, R"("token_use":"api")", "accepted"},
    {"spelled_with_escapes", {access_only}, R"("token\u005fuse":"\u0061ccess")", "accepted"},
    {"absent", {access_only}, R"("x":1)", "claim_missing"},
    {"other_value", {access_only}, R"("token_use":"id")", "claim_mismatch"},
    {"shorter", {access_only}, R"("token_use":"acces")", "claim_mismatch"},
    {"longer", {access_only}, R"("token_use":"access ")", "claim_mismatch"},
    {"with_nul", {access_only}, R"("token_use":"access\u0000")", "claim_mismatch"},
    {"in_upper_case", {access_only}, R"("token_use":"Access")", "claim_mismatch"},
    {"name_in_upper_case", {access_only}, R"("Token_use":"access")", "claim_missing"},
    {"longer_name", {access_only}, R"("token_uses":"access")", "claim_missing"},
    {"in_an_object", {access_only}, R"("x":{"token_use":"access"})", "claim_missing"},
    {"array", {access_only}, R"("token_use":["access"])", "claim_mismatch"},
    {"object", {access_only}, R"("token_use":{"access":"access"})", "claim_mismatch"},
    {"number", {access_only}, R"("token_use":1)", "claim_mismatch"},
    {"null", {access_only}, R"("token_use":null)", "claim_mismatch"},
    {"true_", {access_only}, R"("token_use":true)", "claim_mismatch"},
    {"empty", {access_only}, R"("token_use":"")", "claim_mismatch"},
    {"any_value_of_the_first_name", {some_client}, R"("azp":"x")", "accepted"},
    {"any_value_of_the_second_name", {some_client}, R"("appid":"x")", "accepted"},
    {"any_value_but_none", {some_client}, R"("azp":"")", "claim_mismatch"},
    {"any_value_but_null", {some_client}, R"("appid":null)", "claim_mismatch"},
    {"neither_name", {some_client}, R"("sub":"x")", "claim_missing"},
    {"both_names", {these_clients}, R"("azp":"c1","appid":"c2")", "accepted"},
    {"one_name_right_and_one_wrong",
     {these_clients},
     R"("azp":"c1","appid":"c3")",
     "claim_mismatch"},
    {"one_name_right_and_one_null", {some_client}, R"("azp":"c1","appid":null)", "claim_mismatch"},
    {"both_claims", {access_only, some_client}, R"("azp":"x","token_use":"api")", "accepted"},
    {"first_of_two_missing", {access_only, some_client}, R"("azp":"x")", "claim_missing"},
    {"second_of_two_missing", {access_only, some_client}, R"("token_use":"api")", "claim_missing"},
    {"no_name_can_be_there", {{{}, {}}}, R"("a":"b")", "claim_missing"},
    // Other types than strings: none is converted.
    {"true_as_required", {verified}, R"("verified":true)", "accepted"},
    {"false_", {verified}, R"("verified":false)", "claim_mismatch"},
    {"true_as_text", {verified}, R"("verified":"true")", "claim_mismatch"},
    {"true_as_number", {verified}, R"("verified":1)", "claim_mismatch"},
    {"true_in_an_array", {verified}, R"("verified":[true])", "claim_mismatch"},
    {"integer", {level}, R"("level":2)", "accepted"},
    {"integer_with_a_fraction_of_none", {level}, R"("level":2.0)", "accepted"},
    {"integer_with_an_exponent", {level}, R"("level":0.2e1)", "accepted"},
    {"other_integer", {level}, R"("level":3)", "claim_mismatch"},
    {"integer_as_text", {level}, R"("level":"2")", "claim_mismatch"},
    {"integer_past_int64", {level}, R"("level":18446744073709551615)", "claim_mismatch"},
    {"real", {level}, R"("level":0.5)", "accepted"},
    {"real_as_an_integer", {{{"level"}, {3.0}}}, R"("level":3)", "accepted"},
    // Both are the same double.
    {"integer_past_exact_doubles",
     {{{"level"}, {std::int64_t{9007199254740993}}}},
     R"("level":9007199254740992.0)",
     "claim_mismatch"},
    {"zero_is_not_false", {{{"level"}, {false}}}, R"("level":0)", "claim_mismatch"},
    {"empty_text_is_not_false", {{{"level"}, {false}}}, R"("level":"")", "claim_mismatch"},
    {"false_as_required", {{{"level"}, {false}}}, R"("level":false)", "accepted"},
    // Within arrays.
    {"array_with_one_of_them", {in_groups}, R"("groups":["x","staff"])", "accepted"},
    {"array_with_a_number", {in_groups}, R"("groups":[7])", "accepted"},
    {"array_of_others", {in_groups}, R"("groups":["x","staf","staffs"])", "claim_mismatch"},
    {"array_of_nothing", {in_groups}, R"("groups":[])", "claim_mismatch"},
    {"array_in_an_array", {in_groups}, R"("groups":[["staff"]])", "claim_mismatch"},
    {"one_element_written_alone", {in_groups}, R"("groups":"staff")", "accepted"},
    {"words_are_not_elements", {in_groups}, R"("groups":"staff x")", "claim_mismatch"},
    {"object_with_that_name", {in_groups}, R"("groups":{"staff":"staff"})", "claim_mismatch"},
    {"array_absent", {in_groups}, R"("group":["staff"])", "claim_missing"},
    // Paths.
    {"path", {in_realm}, R"("realm_access":{"roles":["admin"]})", "accepted"},
    {"path_to_others", {in_realm}, R"("realm_access":{"roles":["user"]})", "claim_mismatch"},
    {"path_cut_short", {in_realm}, R"("realm_access":{"role":["admin"]})", "claim_missing"},
    {"path_through_an_array",
     {in_realm},
     R"("realm_access":[{"roles":["admin"]}])",
     "claim_missing"},
    {"very_name_before_the_path",
     {in_realm},
     R"("realm_access.roles":["user"],"realm_access":{"roles":["admin"]})",
     "claim_mismatch"},
};

class RequiredClaim : public testing::TestWithParam<required_case> {};

TEST_P(RequiredClaim, is_compared) {
  const auto text = "{" + GetParam().claim + "}";
  std::pmr::monotonic_buffer_resource memory;
  const auto claims = parse_json_view(text, {}, memory);
  ASSERT_TRUE(claims);
  core::error_code first;
  for (const auto& rule : GetParam().required) {
    if (!first) first = check_required(*claims, rule);
  }
  EXPECT_EQ(first ? std::string{reason(first)} : "accepted", GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(table, RequiredClaim, testing::ValuesIn(required_table),
                         support::case_name);

}  // namespace
}  // namespace latchkey::jose
