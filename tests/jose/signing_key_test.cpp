#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/signature.hpp>
#include <latchkey/jose/signing_key.hpp>
#include <latchkey/jose/token.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <support/mint.hpp>

#include <array>
#include <memory>
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
  EXPECT_FALSE(
      verify_signature(algorithm::rs256, *by, parsed->signing_input(), parsed->signature()));
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

constexpr std::array every_family{algorithm::rs256, algorithm::es256, algorithm::es384,
                                  algorithm::eddsa};

TEST(SigningKey, of_every_family_is_the_same_key_after_pem) {
  for (const auto by : every_family) {
    const auto made = signing_key::generate(by, "k");
    const auto read = signing_key::from_pem(made.to_pem(), "k");
    EXPECT_EQ(read.signs_by(), by);
    EXPECT_EQ(read.public_jwk(), made.public_jwk());
  }
}

TEST(SigningKey, signs_by_every_algorithm_of_its_family) {
  for (const auto of_family : every_family) {
    const auto pair = signing_key::generate(of_family, "k");
    auto jwk = boost::json::parse(pair.public_jwk()).as_object();
    EXPECT_EQ(jwk.at("alg").as_string(), name_of(of_family));
    jwk.erase("alg");
    const auto by = parse_jwk(jwk);
    ASSERT_TRUE(by) << name_of(of_family);
    for (std::size_t i = 0; i < algorithm_count; ++i) {
      const auto one = static_cast<algorithm>(i);
      if (family_of(one) != family_of(of_family)) {
        EXPECT_THROW(pair.sign_by(one, "{}", "{}"), std::runtime_error) << name_of(one);
        continue;
      }
      const auto text = pair.sign_by(one, R"({"alg":"any"})", "{}");
      const auto parsed = parse_jws(text);
      ASSERT_TRUE(parsed);
      EXPECT_FALSE(verify_signature(one, *by, parsed->signing_input(), parsed->signature()))
          << name_of(one);
    }
  }
}

TEST(SigningKey, names_its_algorithm_in_the_header_of_claims) {
  for (const auto by : every_family) {
    const auto pair = signing_key::generate(by, "k");
    const auto set = public_key(pair);
    const auto text = pair.sign_claims("{}");
    const auto parsed = parse_token(text);
    ASSERT_TRUE(parsed && set) << name_of(by);
    EXPECT_EQ(parsed->algorithm(), name_of(by));
    EXPECT_FALSE(verify_signature(by, *set, parsed->signing_input(), parsed->signature()));
  }
}

// Numbers of an ECDSA signature that begin with a zero byte, one in 256, have their place too.
TEST(SigningKey, signs_by_ecdsa_with_numbers_of_the_size_of_the_field) {
  const auto pair = signing_key::generate(algorithm::es256, "k");
  const auto by = public_key(pair);
  ASSERT_NE(by, nullptr);
  bool short_number = false;
  for (int i = 0; i < 4000 && !short_number; ++i) {
    const auto text = pair.sign(R"({"alg":"ES256"})", std::to_string(i));
    const auto parsed = parse_jws(text);
    ASSERT_TRUE(parsed);
    ASSERT_EQ(parsed->signature().size(), 64U);
    short_number = parsed->signature()[0] == 0 || parsed->signature()[32] == 0;
    ASSERT_FALSE(
        verify_signature(algorithm::es256, *by, parsed->signing_input(), parsed->signature()));
  }
  EXPECT_TRUE(short_number);
}

TEST(SigningKey, what_is_no_private_key_of_these_families_throws) {
  EXPECT_THROW(signing_key::from_pem("", "k"), std::runtime_error);
  EXPECT_THROW(signing_key::from_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n", "k"),
               std::runtime_error);
  // A key for exchanging secrets and one of another curve, made for this test.
  constexpr auto x25519 = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VuBCIEIDA2EzwzAmwWrYwpC5xQfs4O8pCAm+E5TRMZZjgKy61R
-----END PRIVATE KEY-----
)";
  constexpr auto secp256k1 = R"(-----BEGIN PRIVATE KEY-----
MIGEAgEAMBAGByqGSM49AgEGBSuBBAAKBG0wawIBAQQgKx4wkR5dXxnGwlC0OG0+
oQX0nntzUrz4H4Z9MdRxfOyhRANCAASw3bo4pt7PRYUBwMEvFWg2O5EX9PIQebTx
Yrybsk4xGj3uyqBuxGPymY1TYg1grlTLRbMml6vrEV4vD8uarMFy
-----END PRIVATE KEY-----
)";
  EXPECT_THROW(signing_key::from_pem(x25519, "k"), std::runtime_error);
  EXPECT_THROW(signing_key::from_pem(secp256k1, "k"), std::runtime_error);
}

TEST(SigningKey, an_impossible_size_throws) {
  EXPECT_THROW(signing_key::generate(1, "k"), std::runtime_error);
}

}  // namespace
}  // namespace latchkey::jose
