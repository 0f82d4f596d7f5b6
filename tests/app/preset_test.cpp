// What a preset sets, what wins over it, and what it is not for.
#include "preset_cases.hpp"
#include "support/cases.hpp"
#include "support/mint.hpp"

#include <latchkey/app/config_print.hpp>
#include <latchkey/app/issuer_rules.hpp>
#include <latchkey/app/preset.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/verifier.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

namespace latchkey::app {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A SPIFFE bundle names the purpose of each key, and keys of certificates stand beside those of
// tokens. SPIRE signs with P-256 unless it is told otherwise.
TEST(preset, of_spiffe_takes_the_keys_of_a_bundle) {
  const auto pair = jose::signing_key::generate(jose::algorithm::es256, "j1");
  auto signing = boost::json::parse(pair.public_jwk()).as_object();
  signing["use"] = "jwt-svid";
  signing.erase("alg");
  auto certificate = boost::json::parse(support::second_key().public_jwk()).as_object();
  certificate["use"] = "x509-svid";
  certificate["x5c"] = {"AAAA"};
  certificate.erase("kid");
  certificate.erase("alg");
  const auto set = jose::key_set::parse(boost::json::serialize(boost::json::object{
      {"keys", {certificate, signing}}, {"spiffe_sequence", 1}, {"spiffe_refresh_hint", 300}}));
  ASSERT_TRUE(set) << jose::reason(set.error());
  EXPECT_THAT((*set)->kids(), ElementsAre("j1"));
  ASSERT_EQ((*set)->skipped().size(), 1U);
  EXPECT_EQ((*set)->skipped()[0].why, jose::errc::key_use_not_sig);
  const auto rules = rules_of(load(configured.at("spiffe")).issuers[0]);
  const auto text =
      pair.sign(R"({"alg":"ES256","kid":"j1","typ":"JWT"})",
                "{" + iss(spiffe_issuer) + R"("aud":["spiffe://prod.example/notes"],)" +
                    R"("sub":"spiffe://prod.example/web",)" + times + "}");
  EXPECT_EQ(outcome(jose::verify(text, **set, rules.claims, rules.header, now)), "accepted:");
}

// Whoever has an account there gets tokens for any audience.
TEST(preset, of_github_alone_says_nothing_about_who_may_call) {
  const auto refused = [](const std::string& claim, const std::string& issuer = github_issuer) {
    return messages(
        parse_config(config_text(issuer_text("github", issuer, "a", claim)), test_source()));
  };
  const std::string table = "[[issuer.required_claim]]\nnames = ";
  EXPECT_THAT(refused(""), HasSubstr("issuer.0.preset: needs more than the preset; expected a "
                                     "[[issuer.required_claim]] with the values of"));
  EXPECT_THAT(refused(table + "[\"repository\"]\n"), HasSubstr("expected a [[issuer.required"));
  EXPECT_THAT(refused(table + "[\"ref\"]\nvalues = [\"refs/heads/main\"]\n"),
              HasSubstr("expected a [[issuer.required"));
  EXPECT_EQ(refused(table + "[\"repository\"]\nvalues = [\"octo/notes\"]\n"), "");
  EXPECT_EQ(refused("", github_issuer + "/octo-enterprise"), "");
  EXPECT_EQ(refused("", "https://git.example/_services/token"), "");
}

// The audience of an ID token is whatever a service account of anybody asks for.
TEST(preset, of_google_alone_says_nothing_about_who_may_call) {
  const auto refused = [](const std::string& claim, const std::string& issuer = google_issuer) {
    return messages(
        parse_config(config_text(issuer_text("google", issuer, "a", claim)), test_source()));
  };
  const std::string table = "[[issuer.required_claim]]\nnames = ";
  EXPECT_THAT(refused(""), HasSubstr("issuer.0.preset: needs more than the preset; expected a "
                                     "[[issuer.required_claim]] with the values of \"azp\""));
  EXPECT_THAT(refused("", "accounts.google.com"), HasSubstr("expected a [[issuer.required"));
  EXPECT_THAT(refused(table + "[\"azp\"]\n"), HasSubstr("expected a [[issuer.required"));
  EXPECT_THAT(refused(table + "[\"locale\"]\nvalues = [\"en\"]\n"),
              HasSubstr("expected a [[issuer.required"));
  for (const std::string claim : {"azp", "hd", "email", "sub"}) {
    EXPECT_EQ(refused(table + "[\"" + claim + "\"]\nvalues = [\"a\"]\n"), "");
  }
}

TEST(preset, algorithms_of_the_provider_are_only_a_default) {
  EXPECT_THAT(load(configured.at("kubernetes")).issuers[0].algorithms,
              ElementsAre("RS256", "ES256", "ES384"));
  EXPECT_THAT(load(configured.at("okta")).issuers[0].algorithms, ElementsAre("RS256"));
  EXPECT_THAT(load(issuer_text("kubernetes", kubernetes_issuer, "a", "algorithms = [\"ES256\"]\n"))
                  .issuers[0]
                  .algorithms,
              ElementsAre("ES256"));
}

// RFC 9864.
TEST(preset, ed25519_is_configured_by_either_name) {
  for (const std::string name : {"Ed25519", "EdDSA"}) {
    const auto loaded = load(issuer_text("none", "i", "a", "algorithms = [\"" + name + "\"]\n"));
    EXPECT_TRUE(rules_of(loaded.issuers[0]).header.algorithms ==
                jose::algorithm_set{jose::algorithm::eddsa})
        << name;
    EXPECT_THAT(loaded.issuers[0].algorithms, ElementsAre("EdDSA"));
  }
}

// One value too many is what an ID token has that is taken for an access token: without the preset
// the tokens of these cases pass, which shows that it is the preset that refuses them.
TEST(preset, without_it_an_id_token_for_a_listed_audience_passes) {
  issuer_config none;
  none.issuer = okta_issuer;
  none.audiences = {"0oaclient"};
  const auto id_token =
      "{" + iss(okta_issuer) + R"("aud":"0oaclient","amr":["pwd"],)" + times + "}";
  EXPECT_EQ(outcome(judge(none, plain_header, id_token)), "accepted:");
  none.preset = provider::okta;
  add_preset_claim(none);
  EXPECT_EQ(outcome(judge(none, plain_header, id_token)), "claim_missing");
}

TEST(preset, a_key_that_is_given_wins) {
  const auto loaded =
      load(issuer_text("cognito", cognito_issuer, "a",
                       "audience_claim = \"aud\"\nrequire_typ = \"JWT\"\nscope_claims = [\"scp\"]\n"
                       "[[issuer.required_claim]]\nnames = [\"token_use\", \"use\"]\n"));
  const auto& issuer = loaded.issuers[0];
  EXPECT_EQ(issuer.audience_claim, "aud");
  EXPECT_EQ(issuer.require_typ, jose::required_type::jwt);
  EXPECT_THAT(issuer.scope_claims, ElementsAre("scp"));
  EXPECT_THAT(issuer.required_claims, ElementsAre(jose::required_claim{{"token_use", "use"}, {}}));
}

TEST(preset, the_order_of_the_keys_does_not_matter) {
  const auto first = load(issuer_text("okta", okta_issuer, "a", "scope_claims = [\"x\"]\n"));
  const auto last = load("scope_claims = [\"x\"]\nissuer = \"" + okta_issuer +
                         "\"\njwks_uri = \"https://keys.example/\"\naudiences = [\"a\"]\n"
                         "preset = \"okta\"\n");
  EXPECT_EQ(first, last);
}

TEST(preset, a_claim_of_another_name_is_added_to_the_preset_s) {
  const auto loaded =
      load(issuer_text("keycloak", keycloak_issuer, "a",
                       "[[issuer.required_claim]]\nnames = [\"azp\"]\nvalues = [\"b\", \"c\"]\n"));
  EXPECT_THAT(loaded.issuers[0].required_claims,
              ElementsAre(jose::required_claim{{"azp"}, {"b", "c"}},
                          jose::required_claim{{"typ"}, {"Bearer"}}));
}

TEST(preset, what_is_printed_has_it_applied_and_loads_to_the_same) {
  for (const auto& [name, text] : configured) {
    SCOPED_TRACE(name);
    const auto loaded = load(text);
    const auto printed = to_toml(loaded);
    EXPECT_THAT(printed, HasSubstr("[[issuer.required_claim]]\n"));
    const auto again = parse_config(printed, test_source());
    ASSERT_EQ(messages(again), "");
    EXPECT_EQ(*again, loaded);
  }
}

TEST(preset, overrides_reach_it_and_its_claims) {
  const auto loaded =
      parse_config(smallest_config, {"/etc/latchkey/c.toml",
                                     {{"LATCHKEY_ISSUER__0__PRESET", "auth0"}},
                                     {"issuer.0.required_claim.0.names=[\"azp\"]",
                                      "issuer.0.required_claim.0.values=[\"my_client\"]"}});
  ASSERT_EQ(messages(loaded), "");
  EXPECT_EQ(loaded->issuers[0].preset, provider::auth0);
  EXPECT_THAT(loaded->issuers[0].scope_claims, ElementsAre("scope", "permissions"));
  EXPECT_THAT(loaded->issuers[0].required_claims,
              ElementsAre(jose::required_claim{{"azp"}, {"my_client"}}));
}

TEST(preset, rules_carry_every_setting_of_the_issuer) {
  issuer_config issuer;
  issuer.issuer = "i";
  issuer.audiences = {"a", "b"};
  issuer.audience_claim = "c";
  issuer.require_typ = jose::required_type::at_jwt;
  issuer.scope_claims = {"s"};
  issuer.algorithms = {"ES256", "PS384"};
  issuer.clock_skew = std::chrono::seconds{7};
  issuer.max_token_age = std::chrono::hours{1};
  issuer.bound_tokens = jose::bound_tokens::ignore;
  issuer.tenants = {tenant};
  issuer.required_claims = {{{"n"}, {"v"}}};
  const auto rules = rules_of(issuer);
  EXPECT_EQ(rules.claims.issuer, "i");
  EXPECT_THAT(rules.claims.audiences, ElementsAre("a", "b"));
  EXPECT_EQ(rules.claims.audience_claim, "c");
  EXPECT_THAT(rules.claims.scope_claims, ElementsAre("s"));
  EXPECT_EQ(rules.claims.required_claims, issuer.required_claims);
  EXPECT_EQ(rules.claims.clock_skew, std::chrono::seconds{7});
  EXPECT_EQ(rules.claims.max_token_age, std::chrono::hours{1});
  EXPECT_EQ(rules.claims.bound, jose::bound_tokens::ignore);
  EXPECT_THAT(rules.claims.tenants, ElementsAre(tenant));
  EXPECT_FALSE(rules.header.graph_nonce);
  issuer.preset = provider::entra;
  EXPECT_TRUE(rules_of(issuer).header.graph_nonce);
  EXPECT_EQ(rules.header.algorithms,
            (jose::algorithm_set{jose::algorithm::es256, jose::algorithm::ps384}));
  EXPECT_EQ(rules.header.require_typ, jose::required_type::at_jwt);
}

struct issuer_case {
  provider preset;
  const char* issuer;
  bool accepted;
};

TEST(preset, an_issuer_that_no_token_of_the_provider_names_is_not_accepted) {
  const issuer_case cases[] = {
      {provider::none, "anything", true},
      {provider::cognito, "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a", true},
      {provider::cognito, "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_a", true},
      {provider::cognito, "https://issuer-cognito-idp.us-east-1.amazonaws.com/us-east-1_a", true},
      {provider::cognito, "http://localhost:9229/local_a", true},
      {provider::cognito, "http://cognito-idp.us-east-1.amazonaws.com/us-east-1_a", false},
      {provider::cognito, "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a/", false},
      {provider::cognito, "https://cognito-idp.us-east-1.amazonaws.com/", false},
      {provider::cognito, "https://cognito-idp.us-east-1.amazonaws.com", false},
      {provider::cognito, "https://mine.auth.us-east-1.amazoncognito.com/us-east-1_a", false},
      {provider::cognito, "https://cognito-idp.us-east-1.amazonaws.com.example/a", false},
      {provider::cognito, "us-east-1_a", false},
      {provider::entra, "https://login.microsoftonline.com/t/v2.0", true},
      {provider::entra, "https://sts.windows.net/t/", true},
      {provider::entra, "https://login.microsoftonline.com/{tenantid}/v2.0", true},
      {provider::entra, "https://sts.windows.net/{tenantid}/", true},
      {provider::entra, "https://login.microsoftonline.com/{tenantid}", false},
      {provider::entra, "https://{tenantid}.ciamlogin.com/{tenantid}/v2.0", false},
      {provider::entra, "http://login.microsoftonline.com/{tenantid}/v2.0", false},
      {provider::entra, "https://login.microsoftonline.us/t/v2.0", true},
      {provider::entra, "https://mine.b2clogin.com/t/v2.0/", true},
      {provider::entra, "https://mine.ciamlogin.com/t/v2.0", true},
      {provider::entra, "https://login.microsoftonline.com/common/v2.0", false},
      {provider::entra, "https://login.microsoftonline.com/organizations/v2.0", false},
      {provider::entra, "https://login.microsoftonline.com/consumers/v2.0", false},
      {provider::entra, "https://login.microsoftonline.com/t/v2.0/", false},
      {provider::entra, "https://login.microsoftonline.com/t", false},
      {provider::entra, "https://sts.windows.net/t", false},
      {provider::entra, "https://login.microsoftonline.com/", false},
      {provider::auth0, "https://tenant.auth0.com/", true},
      {provider::auth0, "https://login.example/", true},
      {provider::auth0, "https://tenant.auth0.com", false},
      {provider::auth0, "https://tenant.auth0.com/oauth/", false},
      {provider::spiffe, "https://oidc.prod.example", true},
      {provider::spiffe, "prod.example", false},
      {provider::kubernetes, "https://oidc.eks.eu-central-1.amazonaws.com/id/A1B2", true},
      {provider::kubernetes, "kubernetes/serviceaccount", false},
      {provider::github, "https://token.actions.githubusercontent.com", true},
      {provider::github, "https://token.actions.githubusercontent.com/octo", true},
      {provider::github, "https://git.example/_services/token", true},
      {provider::github, "https://token.actions.githubusercontent.com/", false},
      {provider::github, "https://github.com", false},
      {provider::google, "https://accounts.google.com", true},
      {provider::google, "accounts.google.com", true},
      {provider::google, "https://accounts.google.com/", false},
      {provider::google, "http://accounts.google.com", false},
      {provider::google, "https://google.com", false},
      {provider::firebase, "https://securetoken.google.com/notes-1a2b3", true},
      {provider::firebase, "https://securetoken.google.com/", false},
      {provider::firebase, "https://securetoken.google.com/notes-1a2b3/", false},
      {provider::firebase, "https://session.firebase.google.com/notes-1a2b3", false},
      {provider::firebase, "http://localhost:9099/notes-1a2b3", true},
      {provider::okta, "https://tenant.okta.com/oauth2/default", true},
      {provider::okta, "https://login.example/oauth2/aus1", true},
      {provider::okta, "https://tenant.okta.com", false},
      {provider::okta, "https://tenant.okta.com/oauth2/", false},
      {provider::okta, "https://tenant.okta.com/oauth2/default/", false},
      {provider::okta, "https://tenant.okta.com/oauth2/default/v1", false},
      {provider::keycloak, "https://sso.example/realms/notes", true},
      {provider::keycloak, "https://example.com/auth/realms/notes", true},
      {provider::keycloak, "http://127.0.0.1:8080/realms/notes", true},
      {provider::keycloak, "http://keycloak.sso.svc:8080/realms/notes", true},
      {provider::keycloak, "http://keycloak.sso.svc:8080/notes", false},
      {provider::auth0, "http://notes.example/", false},
      {provider::keycloak, "https://sso.example/realms/notes/", false},
      {provider::keycloak, "https://sso.example/realms/", false},
      {provider::keycloak, "https://sso.example/", false},
      {provider::keycloak, "https://sso.example/realms/notes?a=b", false},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(wanted_issuer(one.preset, one.issuer).empty(), one.accepted) << one.issuer;
  }
}

}  // namespace
}  // namespace latchkey::app
