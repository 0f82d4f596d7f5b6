#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/token.hpp>

#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::jose {
namespace {

using namespace std::string_literals;

std::string with(std::string_view payload) {
  return core::base64url_encode(R"({"alg":"RS256","kid":"k1"})") + '.' +
         core::base64url_encode(payload) + ".AQID";
}

struct refused {
  std::string name;
  std::string payload;
  errc why;
};

const std::vector<refused> refused_payloads{
    {"nothing", "", errc::empty_part},
    {"array", "[1]", errc::payload_not_object},
    {"text", R"("x")", errc::payload_not_object},
    {"null", "null", errc::payload_not_object},
    {"number", "1", errc::payload_not_object},
    {"not_json", "foo", errc::bad_json},
    {"cut_off", "{", errc::bad_json},
    {"trailing_garbage", "{}x", errc::bad_json},
    {"trailing_nul", "{}\0"s, errc::bad_json},
    {"invalid_utf8", "{\"x\":\"\xFF\"}", errc::bad_json},
    {"nan", R"({"x":NaN})", errc::bad_json},
    {"past_double", R"({"exp":1e400})", errc::bad_json},
    {"exp_twice", R"({"exp":1,"exp":2})", errc::duplicate_name},
    {"exp_twice_spelled_differently", R"({"exp":1,"\u0065\u0078\u0070":2})", errc::duplicate_name},
    {"duplicate_below", R"({"realm_access":{"roles":[],"roles":["admin"]}})", errc::duplicate_name},
    {"depth", R"({"a":)" + std::string(16, '[') + std::string(16, ']') + '}', errc::json_too_large},
};

class RefusedPayload : public testing::TestWithParam<refused> {};

TEST_P(RefusedPayload, says_why) {
  const auto parsed = parse_token(with(GetParam().payload));
  ASSERT_TRUE(parsed.has_error());
  EXPECT_EQ(reason(parsed.error()), reason(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(table, RefusedPayload, testing::ValuesIn(refused_payloads),
                         support::case_name);

TEST(Token, gives_what_jws_gives_and_the_claims) {
  const auto text = with(R"({"iss":"me","n":1})");
  const auto parsed = parse_token(text);
  ASSERT_TRUE(parsed) << reason(parsed.error());
  EXPECT_EQ(parsed->algorithm(), "RS256");
  EXPECT_EQ(parsed->kid(), "k1");
  EXPECT_EQ(parsed->signing_input(), text.substr(0, text.rfind('.')));
  EXPECT_EQ(parsed->signature().size(), 3U);
  EXPECT_EQ(parsed->claims().at("n"), 1);
}

TEST(Token, the_payload_is_the_text_exactly_as_it_was_sent) {
  const auto payload = "{ \"b\" : 1.50,\n\"a\":\"\\u00e9\" }"s;
  const auto parsed = parse_token(with(payload));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->payload(), payload);
}

struct issuer_case {
  std::string name;
  std::string payload;
  std::optional<std::string> issuer;
};

const std::vector<issuer_case> issuers{
    {"text", R"({"iss":"https://idp.example/"})", "https://idp.example/"},
    {"empty", R"({"iss":""})", ""},
    {"absent", "{}", std::nullopt},
    {"null", R"({"iss":null})", std::nullopt},
    {"number", R"({"iss":1})", std::nullopt},
    {"array", R"({"iss":["https://idp.example/"]})", std::nullopt},
};

class Issuers : public testing::TestWithParam<issuer_case> {};

TEST_P(Issuers, are_given_if_they_are_text) {
  const auto parsed = parse_token(with(GetParam().payload));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->issuer(), GetParam().issuer);
}

INSTANTIATE_TEST_SUITE_P(table, Issuers, testing::ValuesIn(issuers), support::case_name);

TEST(Token, can_be_moved_with_its_claims) {
  auto parsed = parse_token(with(R"({"iss":"an issuer that is longer than fourteen characters"})"));
  ASSERT_TRUE(parsed);
  const auto* claims = parsed->claims().if_contains("iss");
  const token moved = std::move(*parsed);
  EXPECT_EQ(moved.claims().if_contains("iss"), claims);
  EXPECT_EQ(moved.issuer(), "an issuer that is longer than fourteen characters");
}

TEST(Token, a_moved_token_takes_the_place_of_another) {
  auto first = parse_token(with(R"({"iss":"first"})"));
  auto second = parse_token(with(R"({"iss":"second"})"));
  ASSERT_TRUE(first && second);
  *first = std::move(*second);
  EXPECT_EQ(first->issuer(), "second");
}

}  // namespace
}  // namespace latchkey::jose
