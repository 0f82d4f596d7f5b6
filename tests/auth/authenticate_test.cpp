// Requests without sockets through authenticate and require_scope, with keys from a fetch that is
// let out by hand.
#include "authenticate_fixture.hpp"

namespace latchkey::auth {
namespace {

TEST_F(authenticate_test, lets_a_good_token_in_and_leaves_the_principal) {
  const auto got = send_token(mint());
  EXPECT_EQ(got.answer.code(), status::ok);
  EXPECT_TRUE(got.let_in);
  EXPECT_EQ(got.reason, "");
  ASSERT_TRUE(got.principal);
  EXPECT_EQ(got.principal->issuer, "https://idp.example/");
  EXPECT_EQ(got.principal->subject, "user1");
  EXPECT_TRUE(got.principal->scopes.contains("example:note:read"));
  EXPECT_EQ(got.principal->expiry, clock_.wall() + 1h);
}

TEST_F(authenticate_test, asks_for_the_keys_once) {
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(send_token(mint()).let_in);
  EXPECT_EQ(gate_.calls(), 1U);
}

// The header must be right for a token to be judged further; the rest is made wrong one at a time.
TEST_F(authenticate_test, refuses_what_is_wrong_with_a_token) {
  const auto& key = support::issuer_key();
  const auto headed = [&key](std::string_view header) {
    return key.sign(header, support::claims_json());
  };
  const auto good = mint();
  auto forged = good;
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  const auto impostor = jose::signing_key::generate(2048, "k1");
  struct {
    const char* name;
    std::string token;
    std::string_view reason;
  } const cases[] = {
      {"garbage", "abc", "not_three_parts"},
      {"signature cut off", good.substr(0, good.rfind('.') + 1), "empty_part"},
      {"signature changed", forged, "bad_signature"},
      {"foreign key under our kid", mint({}, impostor), "bad_signature"},
      {"expired", mint({.lifetime = 0}), "expired"},
      {"bound to a key",
       support::issuer_key().sign_claims(support::claims_json({}, {{"cnf", {{"jkt", "a"}}}})),
       "token_bound"},
      {"wrong audience", mint({.audience = "other"}), "audience_mismatch"},
      {"no audience", mint({.audience = ""}), "audience_missing"},
      {"unknown issuer", mint({.issuer = "https://evil.example/"}), "issuer_unknown"},
      {"issuer without its slash", mint({.issuer = "https://idp.example"}), "issuer_unknown"},
      {"no issuer", mint({.issuer = ""}), "issuer_missing"},
      {"alg none", headed(R"({"alg":"none","kid":"k1"})"), "alg_not_allowed"},
      {"alg HS256", headed(R"({"alg":"HS256","kid":"k1"})"), "alg_not_allowed"},
      {"alg rs256", headed(R"({"alg":"rs256","kid":"k1"})"), "alg_not_allowed"},
      {"crit", headed(R"({"alg":"RS256","kid":"k1","crit":["x"]})"), "crit_not_supported"},
      {"unknown kid", mint({}, support::second_key()), "unknown_key"},
  };
  ASSERT_TRUE(send_token(good).let_in);
  for (const auto& [name, token, reason] : cases) {
    const auto got = send_token(token);
    EXPECT_EQ(got.answer.code(), status::unauthorized) << name;
    EXPECT_EQ(got.reason, reason) << name;
    EXPECT_EQ(got.field("www-authenticate"),
              "Bearer error=\"invalid_token\", error_description=\"" + std::string{reason} + "\"")
        << name;
    EXPECT_FALSE(got.let_in) << name;
    EXPECT_FALSE(got.principal) << name;
  }
  EXPECT_EQ(gate_.calls(), 1U) << "one of them reached the network";
}

TEST_F(authenticate_test, takes_a_token_without_kid_where_one_key_could_have_signed_it) {
  const auto nameless = support::issuer_key().sign(R"({"alg":"RS256"})", support::claims_json());
  const auto foreign = support::second_key().sign(R"({"alg":"RS256"})", support::claims_json());
  EXPECT_TRUE(send_token(nameless).let_in);
  EXPECT_EQ(send_token(foreign).reason, "bad_signature");
}

TEST_F(authenticate_test, refuses_a_token_without_kid_where_several_keys_could_have_signed_it) {
  document_ = support::jwks({&support::issuer_key(), &support::second_key()});
  const auto nameless = support::issuer_key().sign(R"({"alg":"RS256"})", support::claims_json());
  const auto got = send_token(nameless);
  EXPECT_EQ(got.answer.code(), status::unauthorized);
  EXPECT_EQ(got.reason, "kid_missing");
}

TEST_F(authenticate_test, asks_for_no_keys_where_the_token_cannot_be_good) {
  const auto& key = support::issuer_key();
  EXPECT_EQ(send_token("abc").reason, "not_three_parts");
  EXPECT_EQ(send_token(mint({.issuer = "https://evil.example/"})).reason, "issuer_unknown");
  EXPECT_EQ(send_token(key.sign(R"({"alg":"HS256","kid":"k1"})", support::claims_json())).reason,
            "alg_not_allowed");
  EXPECT_EQ(send_token(std::string(17'000, 'a')).reason, "token_too_large");
  EXPECT_EQ(gate_.calls(), 0U);
}

TEST_F(authenticate_test, answers_requests_without_a_proper_token) {
  const std::string good = "Bearer " + mint();
  struct {
    const char* name;
    std::vector<http::field> fields;
    std::string_view query;
    status code;
    std::string_view authenticate;
    std::string_view reason;
  } const cases[] = {
      {"no token", {}, "", status::unauthorized, "Bearer", "no_credentials"},
      {"other scheme",
       {{"authorization", "Basic dXNlcjpwYXNz"}},
       "",
       status::unauthorized,
       "Bearer",
       "no_credentials"},
      {"token in the query alone",
       {},
       "access_token=abc",
       status::unauthorized,
       "Bearer",
       "no_credentials"},
      {"empty token",
       {{"authorization", "Bearer"}},
       "",
       status::unauthorized,
       R"(Bearer error="invalid_token", error_description="malformed_credentials")",
       "malformed_credentials"},
      {"two fields",
       {{"authorization", good}, {"authorization", good}},
       "",
       status::bad_request,
       R"(Bearer error="invalid_request", error_description="duplicate_authorization")",
       "duplicate_authorization"},
      {"two places",
       {{"authorization", good}},
       "access_token=abc",
       status::bad_request,
       R"(Bearer error="invalid_request", error_description="token_in_two_places")",
       "token_in_two_places"},
  };
  for (const auto& [name, fields, query, code, challenge_text, why] : cases) {
    http::request_head head;
    head.fields = fields;
    const auto got = send(head, query);
    EXPECT_EQ(got.answer.code(), code) << name;
    EXPECT_EQ(got.field("www-authenticate"), challenge_text) << name;
    EXPECT_EQ(got.reason, why) << name;
    EXPECT_FALSE(got.let_in) << name;
  }
  EXPECT_EQ(gate_.calls(), 0U);
}

TEST_F(authenticate_test, lower_case_scheme_is_as_good) {
  const auto value = "bearer " + mint();
  http::request_head head;
  head.fields = {{"Authorization", value}};
  EXPECT_TRUE(send(head).let_in);
}

TEST_F(authenticate_test, outage_is_503_with_retry_after_and_no_challenge) {
  gate_.open([](const std::string&) { return gated_fetch::status(503, "25"); });
  for (int i = 0; i < 2; ++i) {
    const auto got = send_token(mint());
    EXPECT_EQ(got.answer.code(), status::service_unavailable);
    EXPECT_EQ(got.field("retry-after"), "25");
    EXPECT_EQ(got.field("www-authenticate"), "(none)");
    EXPECT_EQ(got.reason, "keys_unavailable");
    EXPECT_FALSE(got.let_in);
  }
  EXPECT_EQ(gate_.calls(), 1U);
}

TEST_F(authenticate_test, follows_a_rotation) {
  EXPECT_TRUE(send_token(mint()).let_in);
  document_ = support::jwks({&support::issuer_key(), &support::second_key()});
  clock_.advance(31s);
  EXPECT_TRUE(send_token(mint({}, support::second_key())).let_in);
  EXPECT_EQ(gate_.calls(), 2U);
}

}  // namespace
}  // namespace latchkey::auth
