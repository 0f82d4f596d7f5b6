// Which issuer a token is of: several of them, tenants, and issuers that cannot work.
#include "authenticate_fixture.hpp"

namespace latchkey::auth {
namespace {

TEST_F(authenticate_test, keys_belong_to_their_issuer) {
  // Both providers are well known; each signs in the other's name.
  EXPECT_TRUE(send_token(mint()).let_in);
  EXPECT_TRUE(send_token(mint({.issuer = "https://other.example/"}, support::second_key())).let_in);
  EXPECT_EQ(send_token(mint({.issuer = "https://other.example/"})).reason, "unknown_key");
  EXPECT_EQ(send_token(mint({}, support::second_key())).reason, "unknown_key");
}

TEST_F(authenticate_test, outage_of_one_issuer_is_not_the_others) {
  gate_.open([](const std::string& url) {
    return url.find("other") == url.npos ? gated_fetch::no_connection()
                                         : gated_fetch::ok(support::jwks(support::second_key()));
  });
  EXPECT_EQ(send_token(mint()).answer.code(), status::service_unavailable);
  EXPECT_TRUE(send_token(mint({.issuer = "https://other.example/"}, support::second_key())).let_in);
}

TEST_F(authenticate_test, tenants_are_found_by_their_names) {
  const std::string tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
  const std::string unlisted = "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10";
  auto several = issuer("https://login.example/{tenantid}/v2.0", keys_);
  several.rules.tenants = {tenant};
  const auto by = std::make_shared<const trusted_issuers>(
      std::vector{several}, jose::token_limits{}, clock_.clock(), own());
  const auto token = [](const std::string& named, const std::string& tid) {
    return support::issuer_key().sign_claims(support::claims_json(
        {.issuer = "https://login.example/" + named + "/v2.0"}, {{"tid", tid}}));
  };
  EXPECT_TRUE(let_in(token(tenant, tenant), by));
  EXPECT_TRUE(let_in(token(tenant, tenant), by));
  EXPECT_FALSE(let_in(token(tenant, unlisted), by));
  EXPECT_FALSE(let_in(token(unlisted, unlisted), by));
  EXPECT_FALSE(let_in(token("{tenantid}", "{tenantid}"), by));

  const auto refused = [this](std::vector<trusted_issuer> issuers) {
    EXPECT_THROW((trusted_issuers{std::move(issuers), {}, clock_.clock()}), std::invalid_argument);
  };
  refused({several, issuer("https://login.example/" + tenant + "/v2.0", keys_)});
  auto bad = several;
  bad.rules.tenants = {"common"};
  refused({bad});
  bad = several;
  bad.rules.issuer = "https://login.example/v2.0";
  refused({bad});
}

// The second request is answered from the cache, if anything is.
TEST_F(authenticate_test, a_key_of_one_tenant_signs_for_no_other) {
  const std::string tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
  const std::string other = "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10";
  const auto named = [](const std::string& one) {
    return "https://login.example/" + one + "/v2.0";
  };
  auto jwk = boost::json::parse(support::issuer_key().public_jwk()).as_object();
  jwk["issuer"] = named(other);
  document_ = boost::json::serialize(boost::json::object{{"keys", boost::json::array{jwk}}});
  auto several = issuer(named("{tenantid}"), keys_);
  several.rules.tenants = {tenant, other};
  const auto by = std::make_shared<const trusted_issuers>(
      std::vector{several}, jose::token_limits{}, clock_.clock(), own());
  const auto token = [&](const std::string& whose) {
    return support::issuer_key().sign_claims(
        support::claims_json({.issuer = named(whose)}, {{"tid", whose}}));
  };
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(let_in(token(other), by));
    EXPECT_EQ(reason(token(tenant), by), "key_of_another_issuer");
  }
}

// The numbers of the key stay the same all the while, and so does its kid.
TEST_F(authenticate_test, a_key_that_comes_to_name_a_tenant_serves_no_remembered_token_of_another) {
  const std::string tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
  const std::string other = "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10";
  const auto named = [](const std::string& one) {
    return "https://login.example/" + one + "/v2.0";
  };
  auto several = issuer(named("{tenantid}"), keys_);
  several.rules.tenants = {tenant, other};
  const auto by = std::make_shared<const trusted_issuers>(
      std::vector{several}, jose::token_limits{}, clock_.clock(), own());
  const auto token = [&](const std::string& whose, const jose::signing_key& with) {
    return with.sign_claims(
        support::claims_json({.issuer = named(whose), .lifetime = 100'000}, {{"tid", whose}}));
  };
  const auto first = token(tenant, support::issuer_key());
  const auto second = token(other, support::issuer_key());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(let_in(first, by));
    EXPECT_TRUE(let_in(second, by));
  }

  auto jwk = boost::json::parse(support::issuer_key().public_jwk()).as_object();
  jwk["issuer"] = named(other);
  const auto added = boost::json::parse(support::second_key().public_jwk());
  document_ = boost::json::serialize(boost::json::object{{"keys", boost::json::array{jwk, added}}});
  clock_.advance(31s);
  EXPECT_TRUE(let_in(token(tenant, support::second_key()), by));
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(reason(first, by), "key_of_another_issuer");
    EXPECT_TRUE(let_in(second, by));
  }
}

TEST_F(authenticate_test, trust_refuses_issuers_that_cannot_work) {
  const auto good = issuer("https://idp.example/", keys_);
  struct {
    const char* name;
    void (*spoil)(trusted_issuer&);
  } const cases[] = {
      {"no name", [](trusted_issuer& one) { one.rules.issuer.clear(); }},
      {"no audience", [](trusted_issuer& one) { one.rules.audiences.clear(); }},
      {"no algorithm", [](trusted_issuer& one) { one.header.algorithms = {}; }},
      {"no keys", [](trusted_issuer& one) { one.keys.reset(); }},
  };
  for (const auto& [name, spoil] : cases) {
    auto bad = good;
    spoil(bad);
    EXPECT_THROW((trusted_issuers{{bad}, {}, clock_.clock()}), std::invalid_argument) << name;
  }
  EXPECT_THROW((trusted_issuers{{good, good}, {}, clock_.clock()}), std::invalid_argument)
      << "twice";
  const trusted_issuers fine{{good}, {}, clock_.clock()};
  EXPECT_NE(fine.find("https://idp.example/"), nullptr);
  EXPECT_EQ(fine.find("https://idp.example"), nullptr);
  EXPECT_EQ(fine.find("HTTPS://idp.example/"), nullptr);
}

}  // namespace
}  // namespace latchkey::auth
