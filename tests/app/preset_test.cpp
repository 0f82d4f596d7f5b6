// Tokens of the shapes the providers document, judged by the rules that their presets come to: from
// the text of a configuration to the verdict.
#include "config_cases.hpp"
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

constexpr core::wall_time now{std::chrono::seconds{1'795'434'884}};

// In every token here: made a minute ago, for an hour.
const std::string times = R"("iat":1795434824,"exp":1795438424)";

const std::string cognito_issuer =
    "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a1B2c3D4e";
const std::string tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
const std::string entra_issuer = "https://login.microsoftonline.com/" + tenant + "/v2.0";
const std::string entra_v1_issuer = "https://sts.windows.net/" + tenant + "/";
const std::string entra_api = "5b1c9a52-6f0e-4c57-8f2b-0b1f3a9e7c21";
const std::string entra_client = "e2d7c0a4-31b8-4f5e-a6cd-94f0b7c1d833";
const std::string auth0_issuer = "https://tenant.eu.auth0.com/";
const std::string okta_issuer = "https://tenant.okta.com/oauth2/default";
const std::string spiffe_issuer = "https://oidc.prod.example";
const std::string kubernetes_issuer = "https://kubernetes.default.svc.cluster.local";
const std::string github_issuer = "https://token.actions.githubusercontent.com";
const std::string keycloak_issuer = "https://sso.example/realms/notes";

// An [[issuer]] of that preset; `more` are further lines of it.
std::string issuer_text(const std::string& preset, const std::string& issuer,
                        const std::string& audience, const std::string& more = "") {
  return "issuer = \"" + issuer + "\"\npreset = \"" + preset +
         "\"\njwks_uri = \"https://keys.example/\"\naudiences = [\"" + audience + "\"]\n" + more;
}

// The issuers as they are configured, by provider.
const std::map<std::string, std::string> configured{
    {"cognito", issuer_text("cognito", cognito_issuer, "1example23456789")},
    {"entra", issuer_text("entra", entra_issuer, entra_api)},
    {"entra_v1", issuer_text("entra", entra_v1_issuer, "api://" + entra_api)},
    {"entra_with_roles",
     issuer_text("entra", entra_issuer, entra_api, "scope_claims = [\"scp\", \"roles\"]\n")},
    {"entra_tenants", issuer_text("entra", "https://login.microsoftonline.com/{tenantid}/v2.0",
                                  entra_api, "tenants = [\"" + tenant + "\"]\n")},
    {"auth0", issuer_text("auth0", auth0_issuer, "https://api.example/")},
    {"auth0_for_a_client_too", issuer_text("auth0", auth0_issuer, "my_client")},
    {"okta", issuer_text("okta", okta_issuer, "api://default")},
    {"okta_for_a_client_too", issuer_text("okta", okta_issuer, "0oaclient")},
    {"keycloak", issuer_text("keycloak", keycloak_issuer, "account")},
    {"keycloak_for_a_client_too", issuer_text("keycloak", keycloak_issuer, "notes-web")},
    {"keycloak_one_client",
     issuer_text("keycloak", keycloak_issuer, "account",
                 "[[issuer.required_claim]]\nnames = [\"azp\"]\nvalues = [\"notes-web\"]\n")},
    {"spiffe", issuer_text("spiffe", spiffe_issuer, "spiffe://prod.example/notes")},
    {"kubernetes", issuer_text("kubernetes", kubernetes_issuer, "notes")},
    {"github", issuer_text("github", github_issuer, "https://notes.example",
                           "[[issuer.required_claim]]\nnames = [\"repository_owner_id\"]\n"
                           "values = [\"1234\"]\n")},
};

// The smallest configuration with its issuer replaced.
std::string config_text(const std::string& issuer) {
  return with(
      "issuer = \"https://idp.example/\"\njwks_uri = \"https://idp.example/keys\"\n"
      "audiences = [\"account\"]\n",
      issuer);
}

// Throws with all messages for what is refused.
config load(const std::string& issuer) {
  return parse_config(config_text(issuer), test_source()).value();
}

// The key set as the providers write it: what they add to a key is no hindrance, and neither is a
// key for encryption beside it.
std::string provider_jwks() {
  auto key = boost::json::parse(support::issuer_key().public_jwk()).as_object();
  key.erase("alg");
  key["x5t"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAA";
  key["x5c"] = {"AAAA"};
  key["issuer"] = "https://login.microsoftonline.com/{tenantid}/v2.0";
  auto encrypting = boost::json::parse(support::second_key().public_jwk()).as_object();
  encrypting["use"] = "enc";
  encrypting["alg"] = "RSA-OAEP";
  return boost::json::serialize(boost::json::object{{"keys", {key, encrypting}}});
}

core::result<core::principal> judge(const issuer_config& issuer, const std::string& header,
                                    const std::string& claims) {
  static const auto keys = jose::key_set::parse(provider_jwks());
  const auto rules = rules_of(issuer);
  return jose::verify(support::issuer_key().sign(header, claims), **keys, rules.claims,
                      rules.header, now);
}

// "accepted" with the scopes, or the reason.
std::string outcome(const core::result<core::principal>& verdict) {
  if (!verdict) return std::string{jose::reason(verdict.error())};
  std::string text = "accepted:";
  for (const auto& scope : verdict->scopes.items()) text += ' ' + scope;
  return text;
}

const std::string plain_header = R"({"kid":"k1","alg":"RS256"})";
const std::string jwt_header = R"({"alg":"RS256","typ":"JWT","kid":"k1"})";
const std::string entra_header = R"({"typ":"JWT","alg":"RS256","x5t":"aaaa","kid":"k1"})";

struct token_case {
  std::string name;
  std::string issuer;  // of those configured
  std::string header;
  std::string claims;  // without the braces and the times
  std::string outcome;
};

std::string iss(const std::string& issuer) {
  return R"("iss":")" + issuer + "\",";
}

const std::vector<token_case> tokens{
    {"cognito_access_token", "cognito", plain_header,
     iss(cognito_issuer) +
         R"("sub":"aaaa-bbbb","cognito:groups":["admin"],"version":2,"client_id":"1example23456789",
            "origin_jti":"j1","event_id":"e1","token_use":"access","scope":"openid notes/read",
            "auth_time":1795434824,"jti":"j2","username":"user1")",
     "accepted: openid notes/read"},
    {"cognito_machine_token", "cognito", plain_header,
     iss(cognito_issuer) +
         R"("sub":"1example23456789","client_id":"1example23456789","token_use":"access",
            "scope":"notes/read","auth_time":1795434824,"version":2,"jti":"j2")",
     "accepted: notes/read"},
    {"cognito_id_token", "cognito", plain_header,
     iss(cognito_issuer) +
         R"("sub":"aaaa-bbbb","aud":"1example23456789","token_use":"id","cognito:username":"user1",
            "cognito:groups":["admin"],"email":"user1@example.com","auth_time":1795434824)",
     "audience_missing"},
    {"cognito_id_token_that_names_the_client", "cognito", plain_header,
     iss(cognito_issuer) + R"("client_id":"1example23456789","token_use":"id","scope":"a")",
     "claim_mismatch"},
    {"cognito_token_without_use", "cognito", plain_header,
     iss(cognito_issuer) + R"("client_id":"1example23456789","scope":"a")", "claim_missing"},
    {"cognito_token_of_another_client", "cognito", plain_header,
     iss(cognito_issuer) + R"("client_id":"2example","token_use":"access","scope":"notes/read")",
     "audience_mismatch"},
    {"cognito_token_without_client", "cognito", plain_header,
     iss(cognito_issuer) + R"("token_use":"access","scope":"notes/read")", "audience_missing"},
    {"cognito_token_of_another_pool", "cognito", plain_header,
     iss("https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_other") +
         R"("client_id":"1example23456789","token_use":"access")",
     "issuer_mismatch"},

    {"entra_access_token", "entra", entra_header,
     iss(entra_issuer) + R"("aud":")" + entra_api + R"(","azp":")" + entra_client +
         R"(","azpacr":"0","name":"User","oid":"o1","preferred_username":"user1","scp":
            "Notes.Read Notes.Write","roles":["Notes.Admin"],"sub":"s1","tid":"t1","ver":"2.0")",
     "accepted: Notes.Read Notes.Write"},
    {"entra_v1_access_token", "entra_v1", entra_header,
     iss(entra_v1_issuer) + R"("aud":"api://)" + entra_api + R"(","appid":")" + entra_client +
         R"(","appidacr":"1","oid":"o1","scp":"Notes.Read","sub":"s1","ver":"1.0")",
     "accepted: Notes.Read"},
    {"entra_application_token_has_no_scopes", "entra", entra_header,
     iss(entra_issuer) + R"("aud":")" + entra_api + R"(","azp":")" + entra_client +
         R"(","azpacr":"1","oid":"o1","roles":["Notes.Read.All"],"sub":"s1","ver":"2.0")",
     "accepted:"},
    {"entra_application_token_where_roles_count", "entra_with_roles", entra_header,
     iss(entra_issuer) + R"("aud":")" + entra_api + R"(","azp":")" + entra_client +
         R"(","azpacr":"1","oid":"o1","roles":["Notes.Read.All"],"sub":"s1","ver":"2.0")",
     "accepted: Notes.Read.All"},
    // An API that people also sign in at has the client id of its ID tokens as audience.
    {"entra_id_token", "entra_with_roles", entra_header,
     iss(entra_issuer) + R"("aud":")" + entra_api +
         R"(","nonce":"n1","name":"User","oid":"o1","roles":["Notes.Admin"],"sub":"s1","ver":"2.0")",
     "claim_missing"},
    {"entra_token_for_another_api", "entra", entra_header,
     iss(entra_issuer) + R"("aud":"https://graph.microsoft.com","azp":"c","scp":"User.Read")",
     "audience_mismatch"},
    {"entra_token_of_another_tenant", "entra", entra_header,
     iss("https://login.microsoftonline.com/f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10/v2.0") +
         R"("aud":")" + entra_api + R"(","azp":"c","scp":"Notes.Read")",
     "issuer_mismatch"},
    {"entra_token_of_a_listed_tenant", "entra_tenants", entra_header,
     iss(entra_issuer) + R"("aud":")" + entra_api + R"(","azp":"c","scp":"Notes.Read","tid":")" +
         tenant + '"',
     "accepted: Notes.Read"},
    {"entra_token_of_a_tenant_not_listed", "entra_tenants", entra_header,
     iss("https://login.microsoftonline.com/f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10/v2.0") +
         R"("aud":")" + entra_api + R"(","azp":"c","tid":"f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10")",
     "issuer_mismatch"},
    {"entra_token_whose_tid_is_another_s", "entra_tenants", entra_header,
     iss(entra_issuer) + R"("aud":")" + entra_api +
         R"(","azp":"c","tid":"f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10")",
     "tenant_mismatch"},
    {"entra_token_without_typ", "entra", plain_header,
     iss(entra_issuer) + R"("aud":")" + entra_api + R"(","azp":"c","scp":"Notes.Read")",
     "typ_not_accepted"},

    {"auth0_access_token", "auth0", jwt_header,
     iss(auth0_issuer) +
         R"("sub":"auth0|1","aud":["https://api.example/","https://tenant.eu.auth0.com/userinfo"],
            "azp":"my_client","scope":"openid read:notes","permissions":["read:notes","write:notes"])",
     "accepted: openid read:notes write:notes"},
    {"auth0_token_of_rfc_9068", "auth0", R"({"alg":"RS256","typ":"at+jwt","kid":"k1"})",
     iss(auth0_issuer) +
         R"("sub":"auth0|1","aud":"https://api.example/","client_id":"my_client","jti":"j1",
            "scope":"read:notes")",
     "accepted: read:notes"},
    {"auth0_id_token", "auth0", jwt_header,
     iss(auth0_issuer) + R"("sub":"auth0|1","aud":"my_client","nonce":"n1","sid":"s1")",
     "audience_mismatch"},
    {"auth0_id_token_at_an_api_named_like_the_client", "auth0_for_a_client_too", jwt_header,
     iss(auth0_issuer) + R"("sub":"auth0|1","aud":"my_client","nonce":"n1","sid":"s1")",
     "claim_missing"},
    {"auth0_logout_token", "auth0_for_a_client_too",
     R"({"alg":"RS256","typ":"logout+jwt","kid":"k1"})",
     iss(auth0_issuer) + R"("sub":"auth0|1","aud":"my_client","jti":"j1","events":{},"sid":"s1")",
     "typ_not_accepted"},
    {"auth0_token_for_another_api", "auth0", jwt_header,
     iss(auth0_issuer) + R"("sub":"auth0|1","aud":"https://tenant.eu.auth0.com/api/v2/","azp":"c")",
     "audience_mismatch"},

    {"okta_access_token", "okta", plain_header,
     iss(okta_issuer) +
         R"("ver":1,"jti":"AT.1","aud":"api://default","cid":"0oaclient","uid":"00u1",
            "scp":["openid","notes:read"],"auth_time":1795434824,"sub":"user1@example.com",
            "groups":["Everyone"])",
     "accepted: openid notes:read"},
    {"okta_machine_token", "okta", plain_header,
     iss(okta_issuer) + R"("ver":1,"jti":"AT.2","aud":"api://default","cid":"0oaclient",
            "scp":["notes:read"],"sub":"0oaclient")",
     "accepted: notes:read"},
    {"okta_id_token", "okta", plain_header,
     iss(okta_issuer) + R"("ver":1,"jti":"ID.1","sub":"00u1","aud":"0oaclient","amr":["pwd"],
            "idp":"00o1","nonce":"n1","auth_time":1795434824,"at_hash":"h1")",
     "audience_mismatch"},
    {"okta_id_token_where_the_client_is_an_audience", "okta_for_a_client_too", plain_header,
     iss(okta_issuer) + R"("ver":1,"jti":"ID.1","sub":"00u1","aud":"0oaclient","amr":["pwd"])",
     "claim_missing"},
    {"okta_token_of_the_organization_s_server", "okta",
     R"({"kid":"k1","typ":"application/okta-internal-at+jwt","alg":"RS256"})",
     iss("https://tenant.okta.com") + R"("aud":"https://tenant.okta.com","cid":"c","scp":["a"])",
     "typ_not_accepted"},

    {"keycloak_access_token", "keycloak", jwt_header,
     iss(keycloak_issuer) +
         R"("jti":"j1","aud":["notes-api","account"],"sub":"s1","typ":"Bearer","azp":"notes-web",
            "sid":"s1","acr":"1","realm_access":{"roles":["offline_access"]},
            "resource_access":{"account":{"roles":["view-profile"]}},
            "scope":"openid notes:read","preferred_username":"user1")",
     "accepted: openid notes:read"},
    {"keycloak_token_with_the_type_of_rfc_9068", "keycloak",
     R"({"alg":"RS256","typ":"at+jwt","kid":"k1"})",
     iss(keycloak_issuer) + R"("aud":"account","typ":"Bearer","azp":"notes-web","scope":"a")",
     "accepted: a"},
    {"keycloak_id_token", "keycloak_for_a_client_too", jwt_header,
     iss(keycloak_issuer) +
         R"("aud":"notes-web","sub":"s1","typ":"ID","azp":"notes-web","nonce":"n1","at_hash":"h")",
     "claim_mismatch"},
    {"keycloak_refresh_token", "keycloak", R"({"alg":"HS512","typ":"JWT","kid":"k1"})",
     iss(keycloak_issuer) + R"("aud":"https://sso.example/realms/notes","typ":"Refresh","sub":"s1",
            "azp":"notes-web","scope":"openid notes:read")",
     "alg_not_allowed"},
    {"keycloak_refresh_token_signed_with_rsa", "keycloak", jwt_header,
     iss(keycloak_issuer) + R"("aud":"account","typ":"Refresh","sub":"s1","scope":"notes:read")",
     "claim_mismatch"},
    {"keycloak_token_bound_to_a_key", "keycloak", jwt_header,
     iss(keycloak_issuer) + R"("aud":"account","typ":"DPoP","cnf":{"jkt":"k"},"scope":"a")",
     "claim_mismatch"},
    {"keycloak_logout_token", "keycloak_for_a_client_too",
     R"({"alg":"RS256","typ":"logout+jwt","kid":"k1"})",
     iss(keycloak_issuer) + R"("aud":"notes-web","typ":"Logout","sid":"s1","events":{})",
     "typ_not_accepted"},
    {"keycloak_token_of_the_one_client", "keycloak_one_client", jwt_header,
     iss(keycloak_issuer) + R"("aud":"account","typ":"Bearer","azp":"notes-web","scope":"a")",
     "accepted: a"},
    {"keycloak_token_of_another_client", "keycloak_one_client", jwt_header,
     iss(keycloak_issuer) + R"("aud":"account","typ":"Bearer","azp":"other","scope":"a")",
     "claim_mismatch"},
    {"keycloak_id_token_of_the_one_client", "keycloak_one_client", jwt_header,
     iss(keycloak_issuer) + R"("aud":"account","typ":"ID","azp":"notes-web","scope":"a")",
     "claim_mismatch"},
};

const std::string github_claims =
    R"("aud":"https://notes.example","sub":"repo:octo/notes:ref:refs/heads/main","jti":"j1",
       "ref":"refs/heads/main","repository":"octo/notes","repository_id":"5678",
       "repository_owner":"octo","runner_environment":"github-hosted","actor":"cat",)";

const std::vector<token_case> workload_tokens{
    {"spiffe_svid", "spiffe", R"({"alg":"RS256","kid":"k1","typ":"JOSE"})",
     iss(spiffe_issuer) +
         R"("aud":["spiffe://prod.example/notes"],"sub":"spiffe://prod.example/web")",
     "accepted:"},
    {"spiffe_svid_of_type_jwt", "spiffe", jwt_header,
     iss(spiffe_issuer) +
         R"("aud":["spiffe://prod.example/notes"],"sub":"spiffe://prod.example/web")",
     "accepted:"},
    {"spiffe_svid_for_another", "spiffe", jwt_header,
     iss(spiffe_issuer) +
         R"("aud":["spiffe://prod.example/mail"],"sub":"spiffe://prod.example/web")",
     "audience_mismatch"},
    {"spiffe_svid_without_subject", "spiffe", jwt_header,
     iss(spiffe_issuer) + R"("aud":["spiffe://prod.example/notes"])", "claim_missing"},
    {"kubernetes_service_account", "kubernetes", plain_header,
     iss(kubernetes_issuer) +
         R"("aud":["notes"],"jti":"j1","sub":"system:serviceaccount:shop:web","nbf":1795434824,
            "kubernetes.io":{"namespace":"shop","node":{"name":"n1","uid":"u0"},
            "pod":{"name":"web-0","uid":"u1"},"serviceaccount":{"name":"web","uid":"u2"}})",
     "accepted:"},
    {"kubernetes_token_for_the_api_server", "kubernetes", plain_header,
     iss(kubernetes_issuer) + R"("aud":["https://kubernetes.default.svc.cluster.local"],
            "sub":"system:serviceaccount:shop:web")",
     "audience_mismatch"},
    {"github_workflow", "github", jwt_header,
     iss(github_issuer) + github_claims + R"("repository_owner_id":"1234")", "accepted:"},
    {"github_workflow_of_anybody", "github", jwt_header,
     iss(github_issuer) + github_claims + R"("repository_owner_id":"9999")", "claim_mismatch"},
};

class preset_tokens : public testing::TestWithParam<token_case> {};

TEST_P(preset_tokens, are_judged_as_the_provider_means_them) {
  const auto& one = GetParam();
  const auto loaded = load(configured.at(one.issuer));
  ASSERT_EQ(loaded.issuers.size(), 1U);
  EXPECT_EQ(outcome(judge(loaded.issuers[0], one.header, "{" + one.claims + "," + times + "}")),
            one.outcome);
}

INSTANTIATE_TEST_SUITE_P(each, preset_tokens, testing::ValuesIn(tokens), support::case_name);

INSTANTIATE_TEST_SUITE_P(of_workloads, preset_tokens, testing::ValuesIn(workload_tokens),
                         support::case_name);

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
