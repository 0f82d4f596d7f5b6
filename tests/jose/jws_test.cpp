#include <latchkey/core/base64url.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/jws.hpp>

#include <gtest/gtest.h>
#include <support/cases.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::jose {
namespace {

using namespace std::string_literals;

// A token of this header, a payload "x" and a signature of three bytes.
std::string under(std::string_view header) {
  return core::base64url_encode(header) + ".eA.AQID";
}

struct refused {
  std::string name;
  std::string text;
  errc why;
};

const std::string good = under(R"({"alg":"RS256","kid":"k1"})");
const std::string good_header = good.substr(0, good.find('.'));

const std::vector<refused> refused_texts{
    {"nothing", "", errc::not_three_parts},
    {"no_dot", "abc", errc::not_three_parts},
    {"two_parts", good_header + ".eA", errc::not_three_parts},
    {"four_parts", good + ".AQID", errc::not_three_parts},
    {"five_parts", good + ".AQID.AQID", errc::not_three_parts},
    {"trailing_dot", good + ".", errc::not_three_parts},
    {"leading_dot", "." + good, errc::not_three_parts},
    {"only_dots", "..", errc::empty_part},
    {"empty_header", ".eA.AQID", errc::empty_part},
    {"empty_signature", good_header + ".eA.", errc::empty_part},
    {"json_serialization", R"({"payload":"eA","signatures":[]})", errc::not_three_parts},
    {"padded_header", good_header + "=.eA.AQID", errc::bad_base64url},
    {"padded_payload", good_header + ".eA==.AQID", errc::bad_base64url},
    {"padded_signature", good_header + ".eA.AQ==", errc::bad_base64url},
    {"unused_bits_in_payload", good_header + ".eB.AQID", errc::bad_base64url},
    {"unused_bits_in_signature", good_header + ".eA.AR", errc::bad_base64url},
    {"standard_alphabet", good_header + ".eA.AQ+/", errc::bad_base64url},
    {"white_space_before", " " + good, errc::bad_base64url},
    {"new_line_after", good + "\n", errc::bad_base64url},
    {"nul_after", good + "\0"s, errc::bad_base64url},
    {"header_not_json", under("x"), errc::bad_json},
    {"header_with_byte_order_mark", under("\xEF\xBB\xBF{\"alg\":\"RS256\"}"), errc::bad_json},
    {"header_trailing_garbage", under(R"({"alg":"RS256"}})"), errc::bad_json},
    {"header_array", under(R"(["RS256"])"), errc::header_not_object},
    {"header_text", under(R"("RS256")"), errc::header_not_object},
    {"header_null", under("null"), errc::header_not_object},
    {"alg_twice", under(R"({"alg":"none","alg":"RS256"})"), errc::duplicate_name},
    {"alg_absent", under("{}"), errc::alg_missing},
    {"alg_number", under(R"({"alg":256})"), errc::alg_missing},
    {"alg_null", under(R"({"alg":null})"), errc::alg_missing},
    {"alg_array", under(R"({"alg":["RS256"]})"), errc::alg_missing},
    {"alg_in_upper_case_name", under(R"({"ALG":"RS256"})"), errc::alg_missing},
    {"kid_number", under(R"({"alg":"RS256","kid":1})"), errc::bad_kid},
    {"kid_null", under(R"({"alg":"RS256","kid":null})"), errc::bad_kid},
    {"kid_array", under(R"({"alg":"RS256","kid":["k1"]})"), errc::bad_kid},
    {"kid_too_long", under(R"({"alg":"RS256","kid":")" + std::string(257, 'k') + "\"}"),
     errc::bad_kid},
    {"crit_empty", under(R"({"alg":"RS256","crit":[]})"), errc::crit_not_supported},
    {"crit_null", under(R"({"alg":"RS256","crit":null})"), errc::crit_not_supported},
    {"crit_b64", under(R"({"alg":"RS256","crit":["b64"],"b64":false})"), errc::crit_not_supported},
    {"b64_false", under(R"({"alg":"RS256","b64":false})"), errc::b64_not_supported},
    {"b64_true", under(R"({"alg":"RS256","b64":true})"), errc::b64_not_supported},
    {"typ_empty", under(R"({"alg":"RS256","typ":""})"), errc::typ_not_accepted},
    {"typ_null", under(R"({"alg":"RS256","typ":null})"), errc::typ_not_accepted},
    {"typ_id_token", under(R"({"alg":"RS256","typ":"id+jwt"})"), errc::typ_not_accepted},
    {"typ_logout_token", under(R"({"alg":"RS256","typ":"logout+jwt"})"), errc::typ_not_accepted},
    {"typ_dpop", under(R"({"alg":"RS256","typ":"dpop+jwt"})"), errc::typ_not_accepted},
    {"typ_security_event", under(R"({"alg":"RS256","typ":"secevent+jwt"})"),
     errc::typ_not_accepted},
    {"typ_jose_json", under(R"({"alg":"RS256","typ":"JOSE+JSON"})"), errc::typ_not_accepted},
    {"typ_longer", under(R"({"alg":"RS256","typ":"JWT2"})"), errc::typ_not_accepted},
    {"typ_only_prefix", under(R"({"alg":"RS256","typ":"application/"})"), errc::typ_not_accepted},
    {"typ_other_prefix", under(R"({"alg":"RS256","typ":"text/jwt"})"), errc::typ_not_accepted},
    {"cty_jwt", under(R"({"alg":"RS256","cty":"JWT"})"), errc::cty_not_accepted},
    {"cty_jwt_in_lower_case", under(R"({"alg":"RS256","cty":"jwt"})"), errc::cty_not_accepted},
    {"cty_media_type", under(R"({"alg":"RS256","cty":"application/jwt"})"), errc::cty_not_accepted},
    {"cty_number", under(R"({"alg":"RS256","cty":1})"), errc::cty_not_accepted},
};

class RefusedJws : public testing::TestWithParam<refused> {};

TEST_P(RefusedJws, says_why) {
  const auto parsed = parse_jws(GetParam().text);
  ASSERT_TRUE(parsed.has_error());
  EXPECT_EQ(reason(parsed.error()), reason(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(table, RefusedJws, testing::ValuesIn(refused_texts), support::case_name);

struct accepted {
  std::string name;
  std::string header;
};

const std::vector<accepted> accepted_headers{
    {"only_alg", R"({"alg":"RS256"})"},
    {"typ_jwt", R"({"alg":"RS256","typ":"JWT"})"},
    {"typ_jwt_in_lower_case", R"({"alg":"RS256","typ":"jwt"})"},
    {"typ_jose", R"({"alg":"RS256","typ":"JOSE"})"},
    {"typ_access_token", R"({"alg":"RS256","typ":"at+jwt"})"},
    {"typ_access_token_in_upper_case", R"({"alg":"RS256","typ":"AT+JWT"})"},
    {"typ_media_type", R"({"alg":"RS256","typ":"application/at+jwt"})"},
    {"typ_media_type_in_mixed_case", R"({"alg":"RS256","typ":"Application/JWT"})"},
    {"cty_of_something_else", R"({"alg":"RS256","cty":"json"})"},
    {"sources_of_keys_are_not_looked_at",
     R"({"alg":"RS256","jku":5,"x5u":[],"jwk":{"kty":"oct"},"x5c":"","x5t":"a","x5t#S256":"b"})"},
    {"unknown_members", R"({"alg":"RS256","nonce":"x","ver":{"a":[1]}})"},
    {"an_alg_that_is_not_allowed_is_not_judged_here", R"({"alg":"none"})"},
    {"white_space", " {\n\"alg\" : \"RS256\" } "},
};

class AcceptedJws : public testing::TestWithParam<accepted> {};

TEST_P(AcceptedJws, is_taken_apart) {
  const auto parsed = parse_jws(under(GetParam().header));
  EXPECT_TRUE(parsed) << reason(parsed.error());
}

INSTANTIATE_TEST_SUITE_P(table, AcceptedJws, testing::ValuesIn(accepted_headers),
                         support::case_name);

TEST(Jws, gives_the_parts) {
  const auto parsed = parse_jws(good);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->algorithm(), "RS256");
  EXPECT_EQ(parsed->kid(), "k1");
  EXPECT_EQ(parsed->payload(), "x");
  EXPECT_EQ(parsed->signing_input(), good_header + ".eA");
  EXPECT_EQ(std::vector<unsigned char>(parsed->signature().begin(), parsed->signature().end()),
            (std::vector<unsigned char>{1, 2, 3}));
}

TEST(Jws, may_be_of_nothing) {
  const auto parsed = parse_jws(good_header + "..AQID");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->payload(), "");
}

TEST(Jws, tells_a_header_without_kid_from_one_with_an_empty_kid) {
  const auto without = parse_jws(under(R"({"alg":"RS256"})"));
  const auto empty = parse_jws(under(R"({"alg":"RS256","kid":""})"));
  ASSERT_TRUE(without && empty);
  EXPECT_EQ(without->kid(), std::nullopt);
  EXPECT_EQ(empty->kid(), "");
}

TEST(Jws, keeps_a_kid_of_the_longest_length) {
  const std::string kid(256, 'k');
  const auto parsed = parse_jws(under(R"({"alg":"RS256","kid":")" + kid + "\"}"));
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->kid(), kid);
}

TEST(Jws, the_signing_input_is_a_view_of_the_text_given) {
  const auto parsed = parse_jws(good);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->signing_input().data(), good.data());
}

TEST(Jws, views_of_its_own_memory_survive_a_move_and_the_end_of_the_text) {
  auto text = good;
  auto parsed = parse_jws(text);
  ASSERT_TRUE(parsed);
  const auto kid = *parsed->kid();
  const auto payload = parsed->payload();
  const jws moved = std::move(*parsed);
  text.assign(text.size(), '#');
  EXPECT_EQ(kid, "k1");
  EXPECT_EQ(payload, "x");
  EXPECT_EQ(moved.kid()->data(), kid.data());
}

TEST(Jws, the_size_of_the_whole_is_bounded) {
  EXPECT_TRUE(parse_jws(good, {.bytes = good.size()}));
  const auto parsed = parse_jws(good, {.bytes = good.size() - 1});
  ASSERT_TRUE(parsed.has_error());
  EXPECT_EQ(reason(parsed.error()), "token_too_large");
}

TEST(Jws, the_size_is_looked_at_before_anything_else) {
  const auto parsed = parse_jws(std::string(1'000'000, '.'));
  ASSERT_TRUE(parsed.has_error());
  EXPECT_EQ(reason(parsed.error()), "token_too_large");
}

TEST(Jws, depth_and_values_of_the_header_are_bounded) {
  const auto text = under(R"({"alg":"RS256","a":[[1,2,3]]})");
  EXPECT_TRUE(parse_jws(text, {.depth = 3, .values = 9}));
  for (const auto& limits : {token_limits{.depth = 2}, token_limits{.values = 8}}) {
    const auto parsed = parse_jws(text, limits);
    ASSERT_TRUE(parsed.has_error());
    EXPECT_EQ(reason(parsed.error()), "json_too_large");
  }
}

// What a thread remembers of headers must not show.
class RememberedHeader : public testing::Test {
 protected:
  static std::string reason_for(std::string_view header, const token_limits& limits = {}) {
    const auto parsed = parse_jws(under(header), limits);
    return parsed ? "accepted" : std::string{reason(parsed.error())};
  }
};

TEST_F(RememberedHeader, says_the_same_again) {
  const auto text = under(R"({"alg":"PS512","typ":"at+jwt","kid":"again"})");
  for (int i = 0; i < 3; ++i) {
    const auto parsed = parse_jws(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->algorithm(), "PS512");
    EXPECT_EQ(parsed->kid(), "again");
    EXPECT_EQ(parsed->type(), token_type::at_jwt);
  }
}

TEST_F(RememberedHeader, is_told_from_others_like_it) {
  const std::string one = R"({"alg":"RS256","kid":"likely-1"})";
  const std::string two = R"({"alg":"RS256","kid":"likely-2"})";
  const std::string none = R"({"alg":"RS256","kip":"likely-2"})";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(parse_jws(under(one))->kid(), "likely-1");
    EXPECT_EQ(parse_jws(under(two))->kid(), "likely-2");
    EXPECT_EQ(parse_jws(under(none))->kid(), std::nullopt);
  }
}

TEST_F(RememberedHeader, is_refused_under_limits_it_does_not_pass) {
  const auto header = R"({"alg":"RS256","kid":"limited","a":[[1,2,3]]})";
  const token_limits loose{.kid_bytes = 7, .depth = 3, .values = 11};
  struct {
    token_limits limits;
    std::string outcome;
  } const cases[]{{loose, "accepted"},
                  {{.kid_bytes = 6, .depth = 3, .values = 11}, "bad_kid"},
                  {{.kid_bytes = 7, .depth = 2, .values = 11}, "json_too_large"},
                  {{.kid_bytes = 7, .depth = 3, .values = 10}, "json_too_large"}};
  for (int i = 0; i < 2; ++i) {
    for (const auto& each : cases) EXPECT_EQ(reason_for(header, each.limits), each.outcome);
  }
}

TEST_F(RememberedHeader, is_never_one_that_was_refused) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reason_for(R"({"alg":"RS256","kid":"refused","crit":[]})"), "crit_not_supported");
    EXPECT_EQ(reason_for(R"({"alg":"RS256","kid":"refused","kid":"x"})"), "duplicate_name");
    EXPECT_EQ(reason_for(R"({"alg":"RS256","kid":1})"), "bad_kid");
    EXPECT_EQ(reason_for(R"({"kid":"refused"})"), "alg_missing");
    EXPECT_EQ(parse_jws("e30.eA.AQID").error(), errc::alg_missing);
    EXPECT_EQ(parse_jws("e31.eA.AQID").error(), errc::bad_base64url);
  }
}

TEST_F(RememberedHeader, gives_way_to_others_and_comes_back) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 50; ++i) {
      const auto kid = "one-of-many-" + std::to_string(i);
      for (int again = 0; again <= i % 3; ++again) {
        const auto parsed = parse_jws(under(R"({"alg":"RS256","kid":")" + kid + "\"}"));
        ASSERT_TRUE(parsed);
        EXPECT_EQ(parsed->kid(), kid);
      }
    }
  }
}

TEST_F(RememberedHeader, may_be_too_long_to_be_remembered) {
  const std::string header =
      R"({"alg":"RS256","kid":"long","x":")" + std::string(1000, 'x') + "\"}";
  for (int i = 0; i < 3; ++i) EXPECT_EQ(parse_jws(under(header))->kid(), "long");
}

TEST_F(RememberedHeader, what_one_token_says_outlives_what_the_thread_remembers) {
  const auto text = under(R"({"alg":"RS256","kid":"a kid that is longer than a short string"})");
  const auto first = parse_jws(text);
  const auto second = parse_jws(text);
  ASSERT_TRUE(first && second);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(parse_jws(under(R"({"alg":"RS384","kid":"another kid in the place of the first, )" +
                                std::to_string(i) + "\"}")));
  }
  EXPECT_EQ(first->kid(), "a kid that is longer than a short string");
  EXPECT_EQ(second->kid(), "a kid that is longer than a short string");
  EXPECT_EQ(second->algorithm(), "RS256");
}

TEST(Jws, one_past_its_first_room_is_taken_apart_too) {
  const std::string payload(5000, 'p');
  const auto text = core::base64url_encode(R"({"alg":"RS256","kid":"k1"})") + '.' +
                    core::base64url_encode(payload) + ".AQID";
  const auto parsed = parse_jws(text);
  ASSERT_TRUE(parsed) << reason(parsed.error());
  EXPECT_EQ(parsed->payload(), payload);
  EXPECT_EQ(parsed->kid(), "k1");
}

}  // namespace
}  // namespace latchkey::jose
