#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/rsa_verify.hpp>
#include <latchkey/jose/signing_key.hpp>
#include <latchkey/jose/token.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <support/mint.hpp>

#include <stdexcept>
#include <string>

namespace latchkey::jose {
namespace {

std::shared_ptr<const key> public_key(const signing_key& pair) {
  const auto set = key_set::parse(support::jwks(pair));
  return set ? (*set)->find(pair.kid()) : nullptr;
}

TEST(SigningKey, its_public_half_is_a_jwk_that_is_usable_as_it_is) {
  const auto jwk = boost::json::parse(support::issuer_key().public_jwk()).as_object();
  EXPECT_EQ(jwk.size(), 6U);
  EXPECT_EQ(jwk.at("kty"), "RSA");
  EXPECT_EQ(jwk.at("kid"), "k1");
  EXPECT_EQ(jwk.at("use"), "sig");
  EXPECT_EQ(jwk.at("alg"), "RS256");
  EXPECT_EQ(jwk.at("e"), "AQAB");
  EXPECT_TRUE(parse_jwk(jwk));
}

TEST(SigningKey, signs_both_texts_as_they_are) {
  const auto by = public_key(support::issuer_key());
  ASSERT_NE(by, nullptr);
  const auto text = support::issuer_key().sign(R"({"alg":"RS256"})", "any bytes at all");
  const auto parsed = parse_jws(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->payload(), "any bytes at all");
  EXPECT_FALSE(verify_rs256(*by, parsed->signing_input(), parsed->signature()));
}

TEST(SigningKey, claims_are_signed_under_a_header_that_names_the_key) {
  const auto text = support::issuer_key().sign_claims("{}");
  const auto parsed = parse_token(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->algorithm(), "RS256");
  EXPECT_EQ(parsed->kid(), "k1");
}

TEST(SigningKey, a_kid_is_escaped_where_it_is_written) {
  const auto pem = support::issuer_key().to_pem();
  const auto pair = signing_key::from_pem(pem, R"(a"b)");
  EXPECT_EQ(boost::json::parse(pair.public_jwk()).at("kid"), R"(a"b)");
  const auto text = pair.sign_claims("{}");
  EXPECT_EQ(parse_token(text)->kid(), R"(a"b)");
}

TEST(SigningKey, is_the_same_key_after_pem) {
  const auto pem = support::issuer_key().to_pem();
  EXPECT_TRUE(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
  const auto read = signing_key::from_pem(pem, "k1");
  EXPECT_EQ(read.public_jwk(), support::issuer_key().public_jwk());
  EXPECT_EQ(read.sign_claims("{}"), support::issuer_key().sign_claims("{}"));
}

TEST(SigningKey, what_is_no_private_rsa_key_throws) {
  EXPECT_THROW(signing_key::from_pem("", "k"), std::runtime_error);
  EXPECT_THROW(signing_key::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n", "k"),
               std::runtime_error);
  // An elliptic-curve key made for this test.
  constexpr auto ec = R"(-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2WxHmDsKC5uC4jgX
WgEO9zbhs0JmeNQGOptDYS/srtahRANCAASuWzrghUvhEDhKizIDRi+D4yYqFy7c
USibjV8dMt2SbyR2O5dfz8JLycQDxiBfZRyfUFtOUHz/l7DmnOB2YNmf
-----END PRIVATE KEY-----
)";
  EXPECT_THROW(signing_key::from_pem(ec, "k"), std::runtime_error);
}

TEST(SigningKey, an_impossible_size_throws) {
  EXPECT_THROW(signing_key::generate(1, "k"), std::runtime_error);
}

}  // namespace
}  // namespace latchkey::jose
