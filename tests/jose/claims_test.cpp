#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAreArray;

constexpr core::wall_time now{1'000'000s};

const claim_rules rules{"https://idp.example/", {"account", "other-api"}, "aud", 0s};

// The claims, in a token of which nothing else matters here.
core::result<core::principal> check(const std::string& claims, const claim_rules& by = rules,
                                    core::wall_time at = now) {
  const auto text =
      core::base64url_encode(R"({"alg":"RS256"})") + '.' + core::base64url_encode(claims) + ".AQID";
  auto parsed = parse_token(text, {.bytes = 100'000});
  if (!parsed) return parsed.error();
  return check_claims(*parsed, by, at);
}

// "accepted" or the reason.
std::string outcome(const core::result<core::principal>& checked) {
  return checked ? "accepted" : std::string{reason(checked.error())};
}

const std::string iss = R"("iss":"https://idp.example/")";
const std::string aud = R"("aud":"account")";
const std::string exp_claim = R"("exp":1000060)";

std::string claims(const std::vector<std::string>& members) {
  std::string text = "{";
  for (const auto& member : members) text += (text.size() > 1 ? "," : "") + member;
  return text + "}";
}

struct one {
  std::string name;
  std::string claims;
  std::string outcome;
};

const std::vector<one> table{
    {"good", claims({iss, aud, exp_claim}), "accepted"},
    // iss
    {"iss_absent", claims({aud, exp_claim}), "issuer_missing"},
    {"iss_null", claims({R"("iss":null)", aud, exp_claim}), "bad_issuer"},
    {"iss_number", claims({R"("iss":1)", aud, exp_claim}), "bad_issuer"},
    {"iss_array", claims({R"("iss":["https://idp.example/"])", aud, exp_claim}), "bad_issuer"},
    {"iss_empty", claims({R"("iss":"")", aud, exp_claim}), "issuer_mismatch"},
    {"iss_without_slash", claims({R"("iss":"https://idp.example")", aud, exp_claim}),
     "issuer_mismatch"},
    {"iss_longer", claims({R"("iss":"https://idp.example/x")", aud, exp_claim}), "issuer_mismatch"},
    {"iss_in_upper_case", claims({R"("iss":"https://IDP.example/")", aud, exp_claim}),
     "issuer_mismatch"},
    {"iss_spelled_with_escapes", claims({R"("iss":"https:\/\/idp.ex\u0061mple/")", aud, exp_claim}),
     "accepted"},
    {"iss_with_nul", claims({R"("iss":"https://idp.example/\u0000")", aud, exp_claim}),
     "issuer_mismatch"},
    // aud
    {"aud_absent", claims({iss, exp_claim}), "audience_missing"},
    {"aud_second_of_ours", claims({iss, R"("aud":"other-api")", exp_claim}), "accepted"},
    {"aud_of_others", claims({iss, R"("aud":"theirs")", exp_claim}), "audience_mismatch"},
    {"aud_empty", claims({iss, R"("aud":"")", exp_claim}), "audience_mismatch"},
    {"aud_shorter", claims({iss, R"("aud":"accoun")", exp_claim}), "audience_mismatch"},
    {"aud_longer", claims({iss, R"("aud":"accounts")", exp_claim}), "audience_mismatch"},
    {"aud_in_upper_case", claims({iss, R"("aud":"Account")", exp_claim}), "audience_mismatch"},
    {"aud_words", claims({iss, R"("aud":"account other")", exp_claim}), "audience_mismatch"},
    {"aud_array", claims({iss, R"("aud":["x","account"])", exp_claim}), "accepted"},
    {"aud_array_of_others", claims({iss, R"("aud":["x","y"])", exp_claim}), "audience_mismatch"},
    {"aud_array_empty", claims({iss, R"("aud":[])", exp_claim}), "audience_mismatch"},
    {"aud_array_with_number_before", claims({iss, R"("aud":[5,"account"])", exp_claim}),
     "bad_audience"},
    {"aud_array_with_number_after", claims({iss, R"("aud":["account",5])", exp_claim}),
     "bad_audience"},
    {"aud_array_in_array", claims({iss, R"("aud":[["account"]])", exp_claim}), "bad_audience"},
    {"aud_number", claims({iss, R"("aud":5)", exp_claim}), "bad_audience"},
    {"aud_null", claims({iss, R"("aud":null)", exp_claim}), "bad_audience"},
    {"aud_true", claims({iss, R"("aud":true)", exp_claim}), "bad_audience"},
    {"aud_object", claims({iss, R"("aud":{"account":1})", exp_claim}), "bad_audience"},
    // exp
    {"exp_absent", claims({iss, aud}), "exp_missing"},
    {"exp_a_second_ahead", claims({iss, aud, R"("exp":1000001)"}), "accepted"},
    {"exp_now", claims({iss, aud, R"("exp":1000000)"}), "expired"},
    {"exp_a_second_ago", claims({iss, aud, R"("exp":999999)"}), "expired"},
    {"exp_fraction_ahead", claims({iss, aud, R"("exp":1000000.5)"}), "accepted"},
    {"exp_fraction_ago", claims({iss, aud, R"("exp":999999.5)"}), "expired"},
    {"exp_with_exponent", claims({iss, aud, R"("exp":1.00006e6)"}), "accepted"},
    {"exp_one", claims({iss, aud, R"("exp":1)"}), "expired"},
    {"exp_zero", claims({iss, aud, R"("exp":0)"}), "bad_exp"},
    {"exp_zero_point", claims({iss, aud, R"("exp":0.0)"}), "bad_exp"},
    {"exp_minus_zero", claims({iss, aud, R"("exp":-0.0)"}), "bad_exp"},
    {"exp_negative", claims({iss, aud, R"("exp":-1)"}), "bad_exp"},
    {"exp_negative_fraction", claims({iss, aud, R"("exp":-1000060.5)"}), "bad_exp"},
    {"exp_end_of_9999", claims({iss, aud, R"("exp":253402300799)"}), "accepted"},
    {"exp_in_10000", claims({iss, aud, R"("exp":253402300800)"}), "bad_exp"},
    {"exp_in_milliseconds", claims({iss, aud, R"("exp":1795438424000)"}), "bad_exp"},
    {"exp_fraction_past_9999", claims({iss, aud, R"("exp":253402300799.5)"}), "bad_exp"},
    {"exp_2_to_63_less_1", claims({iss, aud, R"("exp":9223372036854775807)"}), "bad_exp"},
    {"exp_2_to_63", claims({iss, aud, R"("exp":9223372036854775808)"}), "bad_exp"},
    {"exp_past_64_bits", claims({iss, aud, R"("exp":99999999999999999999)"}), "bad_exp"},
    {"exp_1e300", claims({iss, aud, R"("exp":1e300)"}), "bad_exp"},
    {"exp_1e400", claims({iss, aud, R"("exp":1e400)"}), "bad_json"},
    {"exp_text", claims({iss, aud, R"("exp":"1000060")"}), "bad_exp"},
    {"exp_null", claims({iss, aud, R"("exp":null)"}), "bad_exp"},
    {"exp_true", claims({iss, aud, R"("exp":true)"}), "bad_exp"},
    {"exp_array", claims({iss, aud, R"("exp":[1000060])"}), "bad_exp"},
    {"exp_object", claims({iss, aud, R"("exp":{})"}), "bad_exp"},
    // nbf
    {"nbf_now", claims({iss, aud, exp_claim, R"("nbf":1000000)"}), "accepted"},
    {"nbf_ago", claims({iss, aud, exp_claim, R"("nbf":1)"}), "accepted"},
    {"nbf_zero", claims({iss, aud, exp_claim, R"("nbf":0)"}), "accepted"},
    {"nbf_a_second_ahead", claims({iss, aud, exp_claim, R"("nbf":1000001)"}), "not_yet_valid"},
    {"nbf_fraction_ahead", claims({iss, aud, exp_claim, R"("nbf":1000000.25)"}), "not_yet_valid"},
    {"nbf_negative", claims({iss, aud, exp_claim, R"("nbf":-1)"}), "bad_nbf"},
    {"nbf_text", claims({iss, aud, exp_claim, R"("nbf":"1")"}), "bad_nbf"},
    {"nbf_null", claims({iss, aud, exp_claim, R"("nbf":null)"}), "bad_nbf"},
    {"nbf_1e300", claims({iss, aud, exp_claim, R"("nbf":1e300)"}), "bad_nbf"},
    // iat
    {"iat_now", claims({iss, aud, exp_claim, R"("iat":1000000)"}), "accepted"},
    {"iat_a_second_ahead", claims({iss, aud, exp_claim, R"("iat":1000001)"}), "issued_in_future"},
    {"iat_fraction_ago", claims({iss, aud, exp_claim, R"("iat":999999.75)"}), "accepted"},
    {"iat_negative", claims({iss, aud, exp_claim, R"("iat":-5)"}), "bad_iat"},
    {"iat_text", claims({iss, aud, exp_claim, R"("iat":"now")"}), "bad_iat"},
    {"iat_false", claims({iss, aud, exp_claim, R"("iat":false)"}), "bad_iat"},
    // sub
    {"sub_text", claims({iss, aud, exp_claim, R"("sub":"u1")"}), "accepted"},
    {"sub_number", claims({iss, aud, exp_claim, R"("sub":5)"}), "bad_subject"},
    {"sub_null", claims({iss, aud, exp_claim, R"("sub":null)"}), "bad_subject"},
    {"sub_object", claims({iss, aud, exp_claim, R"("sub":{})"}), "bad_subject"},
    // Names of claims are compared byte by byte.
    {"names_that_begin_alike",
     claims({iss, aud, exp_claim, R"("issx":1,"audx":5,"expx":1,"nbfx":"x","iatx":"x","subx":5)"}),
     "accepted"},
    {"names_that_begin_alike_alone",
     R"({"issx":"https://idp.example/","audx":"account","expx":1000060})", "issuer_missing"},
    {"names_in_upper_case", R"({"ISS":"https://idp.example/","AUD":"account","EXP":1000060})",
     "issuer_missing"},
};

class ClaimTable : public testing::TestWithParam<one> {};

TEST_P(ClaimTable, has_the_outcome_expected) {
  EXPECT_EQ(outcome(check(GetParam().claims)), GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(table, ClaimTable, testing::ValuesIn(table), support::case_name);

struct skew_case {
  std::string name;
  std::string claim;
  std::string outcome;
};

// With ten seconds between the clocks.
const std::vector<skew_case> skews{
    {"exp_within", R"("exp":999991)", "accepted"},
    {"exp_at_the_end", R"("exp":999990)", "expired"},
    {"nbf_within", R"("exp":1000060,"nbf":1000010)", "accepted"},
    {"nbf_past", R"("exp":1000060,"nbf":1000011)", "not_yet_valid"},
    {"iat_within", R"("exp":1000060,"iat":1000010)", "accepted"},
    {"iat_past", R"("exp":1000060,"iat":1000011)", "issued_in_future"},
};

class ClockSkew : public testing::TestWithParam<skew_case> {};

TEST_P(ClockSkew, is_allowed_for_on_both_sides) {
  auto lenient = rules;
  lenient.clock_skew = 10s;
  EXPECT_EQ(outcome(check(claims({iss, aud, GetParam().claim}), lenient)), GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(table, ClockSkew, testing::ValuesIn(skews), support::case_name);

TEST(Claims, a_moment_before_the_second_of_expiry_the_token_is_good) {
  const auto text = claims({iss, aud, R"("exp":1000000)"});
  EXPECT_EQ(outcome(check(text, rules, now - 1us)), "accepted");
  EXPECT_EQ(outcome(check(text, rules, now)), "expired");
}

TEST(Claims, the_claim_that_names_the_audience_can_be_another) {
  auto cognito = rules;
  cognito.audience_claim = "client_id";
  EXPECT_EQ(outcome(check(claims({iss, exp_claim, R"("client_id":"account")"}), cognito)),
            "accepted");
  EXPECT_EQ(outcome(check(claims({iss, exp_claim, R"("client_id":"x")", aud}), cognito)),
            "audience_mismatch");
  EXPECT_EQ(outcome(check(claims({iss, exp_claim, aud}), cognito)), "audience_missing");
}

TEST(Claims, without_an_audience_of_ours_every_token_is_refused) {
  auto nobody = rules;
  nobody.audiences.clear();
  for (const auto* audience : {R"("aud":"account")", R"("aud":"")", R"("aud":[])"}) {
    EXPECT_EQ(outcome(check(claims({iss, audience, exp_claim}), nobody)), "audience_mismatch");
  }
}

struct scopes_case {
  std::string name;
  std::string claims;
  std::vector<std::string> scopes;
};

const std::vector<scopes_case> scope_tables{
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
};

class Scopes : public testing::TestWithParam<scopes_case> {};

TEST_P(Scopes, are_gathered) {
  const auto checked = check(claims({iss, aud, exp_claim, GetParam().claims}));
  ASSERT_TRUE(checked) << reason(checked.error());
  EXPECT_THAT(checked->scopes.items(), ElementsAreArray(GetParam().scopes));
}

INSTANTIATE_TEST_SUITE_P(table, Scopes, testing::ValuesIn(scope_tables), support::case_name);

struct bad_scope {
  std::string name;
  std::string claim;
};

const std::vector<bad_scope> bad_scopes{
    {"number", R"("scope":1)"},
    {"null", R"("scope":null)"},
    {"object", R"("scope":{"admin":true})"},
    {"true_", R"("scp":true)"},
    {"array_with_number", R"("scp":["a",1])"},
    {"array_in_array", R"("permissions":[["a"]])"},
    {"second_claim_malformed", R"("scope":"a","scp":1)"},
    // Written in a row it would be two.
    {"element_with_space", R"("permissions":["read admin"])"},
    {"tab", R"("scope":"a\tb")"},
    {"line_break", R"("scope":"a\r\nx: y")"},
    {"nul", R"("scp":["a\u0000"])"},
    {"delete_character", R"("scp":["a\u007f"])"},
};

class BadScopes : public testing::TestWithParam<bad_scope> {};

TEST_P(BadScopes, refuse_the_token) {
  EXPECT_EQ(outcome(check(claims({iss, aud, exp_claim, GetParam().claim}))), "bad_scope");
}

INSTANTIATE_TEST_SUITE_P(table, BadScopes, testing::ValuesIn(bad_scopes), support::case_name);

TEST(Claims, scopes_are_those_of_the_claims_that_are_configured) {
  auto roles = rules;
  roles.scope_claims = {"roles", "a b"};
  const auto text = claims({iss, aud, exp_claim, R"("a b":"x y")", R"("scope":1,"scp":null)",
                            R"("permissions":["no"],"roles":["Notes.Read","x"])"});
  const auto who = check(text, roles);
  ASSERT_TRUE(who) << reason(who.error());
  EXPECT_THAT(who->scopes.items(), ElementsAreArray({"Notes.Read", "x", "y"}));
  EXPECT_EQ(outcome(check(claims({iss, aud, exp_claim, R"("roles":1)"}), roles)), "bad_scope");
  roles.scope_claims.clear();
  const auto none = check(text, roles);
  ASSERT_TRUE(none) << reason(none.error());
  EXPECT_TRUE(none->scopes.empty());
}

struct required_case {
  std::string name;
  std::vector<required_claim> required;
  std::string claim;  // further members of the claims
  std::string outcome;
};

const required_claim access_only{{"token_use"}, {"access", "api"}};
const required_claim some_client{{"azp", "appid"}, {}};
const required_claim these_clients{{"azp", "appid"}, {"c1", "c2"}};

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
};

class RequiredClaims : public testing::TestWithParam<required_case> {};

TEST_P(RequiredClaims, are_compared) {
  auto strict = rules;
  strict.required_claims = GetParam().required;
  EXPECT_EQ(outcome(check(claims({iss, aud, exp_claim, GetParam().claim}), strict)),
            GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(table, RequiredClaims, testing::ValuesIn(required_table),
                         support::case_name);

TEST(Claims, are_judged_in_a_fixed_order) {
  auto strict = rules;
  strict.required_claims = {access_only};
  const std::string expired = R"("exp":1)";
  const std::string other = R"("aud":"theirs")";
  EXPECT_EQ(outcome(check(claims({expired, other}), strict)), "issuer_missing");
  EXPECT_EQ(outcome(check(claims({expired, other, iss}), strict)), "audience_mismatch");
  EXPECT_EQ(outcome(check(claims({expired, aud, iss}), strict)), "claim_missing");
  strict.required_claims.clear();
  EXPECT_EQ(outcome(check(claims({R"("sub":1,"nbf":"x")", expired, aud, iss}), strict)), "expired");
  EXPECT_EQ(outcome(check(claims({R"("scp":1,"sub":1,"iat":"x")", exp_claim, aud, iss}), strict)),
            "bad_iat");
  EXPECT_EQ(outcome(check(claims({R"("scp":1,"sub":1)", exp_claim, aud, iss}), strict)),
            "bad_subject");
}

// An object with many members is stored in another way.
TEST(Claims, are_found_among_many) {
  std::vector<std::string> members;
  for (int i = 0; i < 100; ++i)
    members.push_back("\"m" + std::to_string(i) + "\":" + std::to_string(i));
  members.insert(members.end(), {R"("scope":"a")", R"("sub":"u1")", iss, aud, exp_claim});
  const auto who = check(claims(members));
  ASSERT_TRUE(who) << reason(who.error());
  EXPECT_EQ(who->subject, "u1");
  members.push_back(R"("nbf":1000001)");
  EXPECT_EQ(outcome(check(claims(members))), "not_yet_valid");
}

TEST(Claims, too_many_scopes_refuse_the_token_even_if_they_are_all_the_same) {
  const auto with = [](int count, int distinct) {
    std::string words;
    for (int i = 0; i < count; ++i) words += std::to_string(std::min(i, distinct)) + ' ';
    return claims({iss, aud, exp_claim, R"("scope":")" + words + '"', R"("scp":["last"])"});
  };
  for (const auto distinct : {511, 10, 0}) {
    EXPECT_EQ(outcome(check(with(511, distinct))), "accepted") << distinct;
    EXPECT_EQ(outcome(check(with(512, distinct))), "bad_scope") << distinct;
  }
}

TEST(Claims, the_principal_is_what_the_claims_say) {
  const auto text = claims({R"("sub":"u1")", iss, aud, R"("exp":1000060.5)", R"("scope":"a b")"});
  const auto who = check(text);
  ASSERT_TRUE(who) << reason(who.error());
  EXPECT_EQ(who->issuer, "https://idp.example/");
  EXPECT_EQ(who->subject, "u1");
  EXPECT_THAT(who->scopes.items(), ElementsAreArray({"a", "b"}));
  EXPECT_EQ(who->expiry, core::wall_time{1'000'060'500ms});
  EXPECT_EQ(who->claims, text);
}

TEST(Claims, a_principal_without_subject_has_an_empty_one) {
  const auto who = check(claims({iss, aud, exp_claim}));
  ASSERT_TRUE(who);
  EXPECT_EQ(who->subject, "");
}

TEST(Claims, an_expiry_past_the_range_of_the_clock_is_its_last_second) {
  const auto who = check(claims({iss, aud, R"("exp":253402300799)"}));
  ASSERT_TRUE(who);
  EXPECT_GT(who->expiry, core::wall_time{9'000'000'000s});
  EXPECT_LE(who->expiry, core::wall_time::max());
}

}  // namespace
}  // namespace latchkey::jose
