#include "issuer/mint.hpp"

#include "exchange.hpp"
#include "issuer/key_ring.hpp"
#include "support/manual_clock.hpp"
#include "support/mint.hpp"

#include <latchkey/jose/claims.hpp>
#include <latchkey/jose/key_set.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace latchkey::issuer {
namespace {

mint_options example() {
  mint_options options;
  options.issuer = "https://idp.example/";
  options.scope = "a b";
  return options;
}

std::string parsed_claims(const std::string& text, mint_options defaults = example()) {
  std::string why;
  const auto options = parse_mint_options(text, std::move(defaults), why);
  return options ? claims_of(*options, support::manual_clock{1000}.wall()) : why;
}

TEST(mint, writes_the_claims_in_order) {
  EXPECT_EQ(parsed_claims("{}"),
            R"({"iss":"https://idp.example/","sub":"user1","aud":"account","iat":1000,"exp":4600,)"
            R"("scope":"a b","client_id":"example-api"})");
}

TEST(mint, follows_the_order) {
  EXPECT_EQ(parsed_claims(R"({"subject":"s","audience":"x","scope":"","expires_in":-60,)"
                          R"("not_before":30,"claims":{"aud":["x","y"],"n":null},)"
                          R"("without":["iss","client_id","absent"]})"),
            R"({"sub":"s","aud":["x","y"],"iat":1000,"exp":940,"scope":"","nbf":1030,"n":null})");
}

TEST(mint, refuses_orders_it_cannot_read) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"", "the body must be one JSON object"},
      {"[]", "the body must be one JSON object"},
      {R"({"subject":"a","subject":"b"})", "the body must be one JSON object"},
      {R"({"subjekt":"a"})", R"("subjekt" is not known)"},
      {R"({"subject":1})", R"("subject" must be a string)"},
      {R"({"expires_in":"1h"})",
       R"("expires_in" must be a whole number of seconds, within a century)"},
      {R"({"expires_in":9223372036854775807})",
       R"("expires_in" must be a whole number of seconds, within a century)"},
      {R"({"claims":[]})", R"("claims" must be an object)"},
      {R"({"without":"aud"})", R"("without" must be a list of strings)"},
      {R"({"without":[1]})", R"("without" must be a string)"},
  };
  for (const auto& [text, why] : cases) EXPECT_EQ(parsed_claims(text), why) << text;
}

TEST(mint, signs_with_the_key_whatever_the_header_says) {
  auto options = example();
  options.header["kid"] = "nope";
  options.header["alg"] = "none";
  const auto token = mint(options, support::issuer_key(), support::manual_clock{1000}.wall());
  const auto header = core::base64url_decode(std::string_view{token}.substr(0, token.find('.')));
  EXPECT_EQ(header, R"({"alg":"none","typ":"JWT","kid":"nope"})");
  EXPECT_EQ(token.size() - token.rfind('.') - 1, 342U) << "a whole RS256 signature";
}

TEST(key_ring, names_a_key_by_its_thumbprint) {
  const auto pem = support::issuer_key().to_pem();
  const auto key = key_from_pem(pem);
  EXPECT_EQ(key.kid().size(), 43U);
  EXPECT_EQ(key_from_pem(pem).kid(), key.kid());
  EXPECT_NE(key_from_pem(support::second_key().to_pem()).kid(), key.kid());
  EXPECT_EQ(key_from_pem(pem, "mine").kid(), "mine");
}

TEST(key_ring, rotates_step_by_step) {
  using testing::ElementsAre;
  const auto key = [](const char* kid) {
    return key_from_pem(support::issuer_key().to_pem(), kid);
  };
  key_ring ring{key("a")};
  ring.publish(key("b"));
  EXPECT_EQ(ring.signing().kid(), "a");
  EXPECT_THAT(ring.published(), ElementsAre("a", "b"));
  ring.sign_with_newest();
  EXPECT_EQ(ring.signing().kid(), "b");
  ring.publish(key("c"));
  ring.drop_others();
  EXPECT_EQ(ring.signing().kid(), "b");
  EXPECT_THAT(ring.published(), ElementsAre("b"));
  EXPECT_TRUE(ring.sign_with_previous());
  EXPECT_EQ(ring.signing().kid(), "a");
  EXPECT_THAT(ring.published(), ElementsAre("b", "a"));
  EXPECT_TRUE(ring.unpublish("a"));
  EXPECT_FALSE(ring.unpublish("a"));
  EXPECT_EQ(ring.signing().kid(), "a");
  EXPECT_THAT(ring.published(), ElementsAre("b"));
}

}  // namespace
}  // namespace latchkey::issuer
