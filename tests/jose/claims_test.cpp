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
    // No ground for refusal where no greatest age is set.
    {"iat_a_second_ahead", claims({iss, aud, exp_claim, R"("iat":1000001)"}), "accepted"},
    {"iat_years_ahead", claims({iss, aud, exp_claim, R"("iat":253402300799)"}), "accepted"},
    {"iat_in_milliseconds", claims({iss, aud, exp_claim, R"("iat":1795438424000)"}), "bad_iat"},
    {"iat_null", claims({iss, aud, exp_claim, R"("iat":null)"}), "bad_iat"},
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
    {"iat_past", R"("exp":1000060,"iat":1000011)", "accepted"},
};

class ClockSkew : public testing::TestWithParam<skew_case> {};

TEST_P(ClockSkew, is_allowed_for_on_both_sides) {
  auto lenient = rules;
  lenient.clock_skew = 10s;
  EXPECT_EQ(outcome(check(claims({iss, aud, GetParam().claim}), lenient)), GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(table, ClockSkew, testing::ValuesIn(skews), support::case_name);

TEST(ClockSkew, is_a_minute_unless_it_is_set) {
  const claim_rules by_default{"https://idp.example/", {"account"}};
  EXPECT_EQ(outcome(check(claims({iss, aud, R"("exp":999941)"}), by_default)), "accepted");
  EXPECT_EQ(outcome(check(claims({iss, aud, R"("exp":999940)"}), by_default)), "expired");
  EXPECT_EQ(outcome(check(claims({iss, aud, exp_claim, R"("nbf":1000060)"}), by_default)),
            "accepted");
  EXPECT_EQ(outcome(check(claims({iss, aud, exp_claim, R"("nbf":1000061)"}), by_default)),
            "not_yet_valid");
}

struct age_case {
  std::string name;
  std::string claim;
  std::string outcome;
};

// With ten seconds between the clocks and a greatest age of a hundred.
const std::vector<age_case> ages{
    {"iat_absent", R"("exp":1000060)", "iat_missing"},
    {"iat_now", R"("exp":1000060,"iat":1000000)", "accepted"},
    {"iat_ahead_within_the_skew", R"("exp":1000060,"iat":1000010)", "accepted"},
    // It would put off the end of the age.
    {"iat_ahead_past_the_skew", R"("exp":1000060,"iat":1000011)", "issued_in_future"},
    {"old_within_the_skew", R"("exp":1000060,"iat":999891)", "accepted"},
    {"too_old", R"("exp":1000060,"iat":999890)", "token_too_old"},
    {"too_old_by_a_fraction", R"("exp":1000060,"iat":999889.5)", "token_too_old"},
    {"of_1970", R"("exp":1000060,"iat":0)", "token_too_old"},
    {"text", R"("exp":1000060,"iat":"1000000")", "bad_iat"},
    {"null", R"("exp":1000060,"iat":null)", "bad_iat"},
    {"expired_though_young", R"("exp":999990,"iat":999989)", "expired"},
};

class MaxTokenAge : public testing::TestWithParam<age_case> {};

TEST_P(MaxTokenAge, is_counted_from_iat) {
  auto aging = rules;
  aging.clock_skew = 10s;
  aging.max_token_age = 100s;
  EXPECT_EQ(outcome(check(claims({iss, aud, GetParam().claim}), aging)), GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(table, MaxTokenAge, testing::ValuesIn(ages), support::case_name);

// What is kept of a token is kept until this moment.
TEST(MaxTokenAge, ends_the_principal_where_it_comes_before_exp) {
  auto aging = rules;
  aging.max_token_age = 100s;
  const auto young = check(claims({iss, aud, R"("exp":1003600,"iat":999950)"}), aging);
  ASSERT_TRUE(young);
  EXPECT_EQ(young->expiry, core::wall_time{1'000'050s});
  const auto short_lived = check(claims({iss, aud, R"("exp":1000007,"iat":999950)"}), aging);
  ASSERT_TRUE(short_lived);
  EXPECT_EQ(short_lived->expiry, core::wall_time{1'000'007s});
}

struct bound_case {
  std::string name;
  std::string claim;
};

const std::vector<bound_case> bound_tokens_table{
    {"to_a_key", R"("cnf":{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"})"},
    {"to_a_certificate", R"("cnf":{"x5t#S256":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"})"},
    {"to_nothing", R"("cnf":{})"},
    {"null", R"("cnf":null)"},
    {"text", R"("cnf":"")"},
    {"spelled_with_escapes", R"("\u0063nf":{"jkt":"a"})"},
};

class BoundTokens : public testing::TestWithParam<bound_case> {};

TEST_P(BoundTokens, are_refused_unless_the_binding_is_ignored) {
  const auto text = claims({iss, aud, exp_claim, GetParam().claim});
  EXPECT_EQ(outcome(check(text)), "token_bound");
  auto ignoring = rules;
  ignoring.bound = bound_tokens::ignore;
  EXPECT_EQ(outcome(check(text, ignoring)), "accepted");
}

INSTANTIATE_TEST_SUITE_P(table, BoundTokens, testing::ValuesIn(bound_tokens_table),
                         support::case_name);

TEST(BoundTokens, are_told_by_the_claim_of_the_token_itself) {
  EXPECT_EQ(outcome(check(claims({iss, aud, exp_claim, R"("act":{"cnf":{"jkt":"a"}},"Cnf":1)"}))),
            "accepted");
}

// A template of two tenants.
const std::string first_tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
const std::string second_tenant = "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10";
const std::string third_tenant = "00000000-2a67-4d21-8d53-0c9d7c3f1a10";

std::string of_tenant(const std::string& issuer, const std::string& tid) {
  return claims({R"("iss":"https://login.example/)" + issuer + R"(/v2.0")", aud, exp_claim, tid});
}

std::string tid(const std::string& tenant) {
  return R"("tid":")" + tenant + '"';
}

struct tenant_case {
  std::string name;
  std::string claims;
  std::string outcome;
};

const std::vector<tenant_case> tenant_table{
    {"first", of_tenant(first_tenant, tid(first_tenant)), "accepted"},
    {"second", of_tenant(second_tenant, tid(second_tenant)), "accepted"},
    {"not_listed", of_tenant(third_tenant, tid(third_tenant)), "issuer_mismatch"},
    {"tid_of_another", of_tenant(first_tenant, tid(second_tenant)), "tenant_mismatch"},
    {"tid_of_another_not_listed", of_tenant(first_tenant, tid(third_tenant)), "tenant_mismatch"},
    {"iss_of_another_not_listed", of_tenant(third_tenant, tid(first_tenant)), "issuer_mismatch"},
    {"tid_absent", of_tenant(first_tenant, R"("x":1)"), "tenant_mismatch"},
    {"tid_null", of_tenant(first_tenant, R"("tid":null)"), "tenant_mismatch"},
    {"tid_array", of_tenant(first_tenant, R"("tid":[")" + first_tenant + R"("])"),
     "tenant_mismatch"},
    {"tid_in_an_object", of_tenant(first_tenant, R"("x":{"tid":")" + first_tenant + R"("})"),
     "tenant_mismatch"},
    {"tid_in_capitals", of_tenant(first_tenant, tid("8A6F2C1E-0F0D-4B53-9D0C-7D2F6D1F9B11")),
     "tenant_mismatch"},
    {"both_in_capitals",
     of_tenant("8A6F2C1E-0F0D-4B53-9D0C-7D2F6D1F9B11", tid("8A6F2C1E-0F0D-4B53-9D0C-7D2F6D1F9B11")),
     "issuer_mismatch"},
    {"the_template_itself", of_tenant("{tenantid}", tid("{tenantid}")), "issuer_mismatch"},
    {"common", of_tenant("common", tid("common")), "issuer_mismatch"},
    {"empty", of_tenant("", tid("")), "issuer_mismatch"},
    {"a_path_around_it", of_tenant("x/../" + first_tenant, tid(first_tenant)), "issuer_mismatch"},
    {"tid_with_a_path", of_tenant(first_tenant + "/x", tid(first_tenant + "/x")),
     "issuer_mismatch"},
    {"both_with_nul", of_tenant(first_tenant + "\\u0000", tid(first_tenant + "\\u0000")),
     "issuer_mismatch"},
    {"iss_absent", claims({aud, exp_claim, tid(first_tenant)}), "issuer_missing"},
};

class Tenants : public testing::TestWithParam<tenant_case> {};

TEST_P(Tenants, are_those_listed_and_iss_and_tid_agree) {
  auto several = rules;
  several.issuer = "https://login.example/{tenantid}/v2.0";
  several.tenants = {first_tenant, second_tenant};
  EXPECT_EQ(outcome(check(GetParam().claims, several)), GetParam().outcome);
  // Without a list the template is a name like any other, and nobody has it.
  several.tenants.clear();
  EXPECT_NE(outcome(check(of_tenant(first_tenant, tid(first_tenant)), several)), "accepted");
}

INSTANTIATE_TEST_SUITE_P(table, Tenants, testing::ValuesIn(tenant_table), support::case_name);

TEST(Tenants, the_principal_s_issuer_is_the_tenant_s) {
  auto several = rules;
  several.issuer = "https://login.example/{tenantid}/v2.0";
  several.tenants = {first_tenant, second_tenant};
  const auto who = check(of_tenant(second_tenant, tid(second_tenant)), several);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->issuer, "https://login.example/" + second_tenant + "/v2.0");
}

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

TEST(Claims, scopes_are_those_of_the_claims_that_are_configured) {
  auto roles = rules;
  roles.scope_claims = {"roles", "a b", "realm_access.roles"};
  const auto text = claims({iss, aud, exp_claim, R"("a b":"x y")", R"("scope":1,"scp":null)",
                            R"("permissions":["no"],"roles":["Notes.Read","x"])",
                            R"("realm_access":{"roles":["admin"]})"});
  const auto who = check(text, roles);
  ASSERT_TRUE(who) << reason(who.error());
  EXPECT_THAT(who->scopes.items(), ElementsAreArray({"Notes.Read", "x", "y", "admin"}));
  roles.scope_claims.clear();
  const auto none = check(text, roles);
  ASSERT_TRUE(none) << reason(none.error());
  EXPECT_TRUE(none->scopes.empty());
}

TEST(Claims, a_scope_claim_that_holds_no_scope_takes_nothing_from_the_token) {
  for (const auto* claim : {R"("scp":1)", R"("permissions":[{"rsid":"1"}])", R"("scp":null)"}) {
    const auto who = check(claims({iss, aud, exp_claim, R"("scope":"a")", claim}));
    ASSERT_TRUE(who) << claim << ": " << reason(who.error());
    EXPECT_THAT(who->scopes.items(), ElementsAreArray({"a"})) << claim;
  }
}

const required_claim access_only{{"token_use"}, {"access", "api"}};

TEST(Claims, that_are_required_are_compared) {
  auto strict = rules;
  strict.required_claims = {access_only, {{"org.mfa"}, {true}}};
  const auto judged = [&strict](const std::string& more) {
    return outcome(check(claims({iss, aud, exp_claim, more}), strict));
  };
  EXPECT_EQ(judged(R"("token_use":"api","org":{"mfa":true})"), "accepted");
  EXPECT_EQ(judged(R"("org":{"mfa":true})"), "claim_missing");
  EXPECT_EQ(judged(R"("token_use":"api")"), "claim_missing");
  EXPECT_EQ(judged(R"("token_use":"api","org":{"mfa":false})"), "claim_mismatch");
}

TEST(Claims, are_judged_in_a_fixed_order) {
  auto strict = rules;
  strict.required_claims = {access_only};
  const std::string expired = R"("exp":1)";
  const std::string other = R"("aud":"theirs")";
  EXPECT_EQ(outcome(check(claims({expired, other}), strict)), "issuer_missing");
  EXPECT_EQ(outcome(check(claims({expired, other, iss}), strict)), "audience_mismatch");
  EXPECT_EQ(outcome(check(claims({expired, aud, iss}), strict)), "claim_missing");
  EXPECT_EQ(outcome(check(claims({expired, aud, iss, R"("cnf":1,"token_use":"api")"}), strict)),
            "token_bound");
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
