// Tokens of the shapes the providers document, judged by the rules that their presets come to: from
// the text of a configuration to the verdict.
#include "preset_cases.hpp"
#include "support/cases.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace latchkey::app {
namespace {

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

const std::string google_user =
    R"("aud":"123-web.apps.googleusercontent.com","sub":"10769150350006150715113082367",
       "azp":"123-web.apps.googleusercontent.com","hd":"notes.example","at_hash":"h1",
       "email":"ann@notes.example","email_verified":true)";
const std::string firebase_user =
    R"("aud":"notes-1a2b3","auth_time":1795434824,"user_id":"u1","email":"ann@notes.example",)";

const std::vector<token_case> id_tokens{
    {"google_id_token", "google", jwt_header, iss(google_issuer) + google_user, "accepted:"},
    {"google_id_token_that_leaves_the_scheme_out", "google_without_scheme", jwt_header,
     iss("accounts.google.com") + google_user, "accepted:"},
    {"google_id_token_of_the_other_spelling", "google", jwt_header,
     iss("accounts.google.com") + google_user, "issuer_mismatch"},
    // As anybody's service account gets it who asks for that audience.
    {"google_id_token_of_a_service_account", "google", jwt_header,
     iss(google_issuer) +
         R"("aud":"123-web.apps.googleusercontent.com","azp":"x@other.iam.gserviceaccount.com",
            "email":"x@other.iam.gserviceaccount.com","email_verified":true,"sub":"1089")",
     "claim_mismatch"},
    {"google_id_token_for_another_app", "google", jwt_header,
     iss(google_issuer) + R"("aud":"456.apps.googleusercontent.com","sub":"1",
            "azp":"123-web.apps.googleusercontent.com")",
     "audience_mismatch"},
    {"google_id_token_of_another_domain", "google_without_scheme", jwt_header,
     iss("accounts.google.com") + R"("aud":"123-web.apps.googleusercontent.com","sub":"1",
            "azp":"123-web.apps.googleusercontent.com","hd":"other.example")",
     "claim_mismatch"},
    {"google_id_token_of_no_domain", "google_without_scheme", jwt_header,
     iss("accounts.google.com") + R"("aud":"123-web.apps.googleusercontent.com","sub":"1",
            "azp":"123-web.apps.googleusercontent.com")",
     "claim_missing"},
    {"firebase_id_token", "firebase", plain_header,
     iss(firebase_issuer) + firebase_user +
         R"("sub":"u1","firebase":{"identities":{},"sign_in_provider":"password"})",
     "accepted:"},
    {"firebase_id_token_of_another_project", "firebase", plain_header,
     iss("https://securetoken.google.com/other") + firebase_user +
         R"("sub":"u1","firebase":{"sign_in_provider":"password"})",
     "issuer_mismatch"},
    {"firebase_id_token_for_another_project", "firebase", plain_header,
     iss(firebase_issuer) + R"("aud":"other","sub":"u1","firebase":{"sign_in_provider":"a"})",
     "audience_mismatch"},
    {"firebase_id_token_with_an_empty_subject", "firebase", plain_header,
     iss(firebase_issuer) + firebase_user +
         R"("sub":"","firebase":{"sign_in_provider":"password"})",
     "claim_mismatch"},
    {"firebase_token_that_says_nothing_of_a_sign_in", "firebase", plain_header,
     iss(firebase_issuer) + firebase_user + R"("sub":"u1")", "claim_missing"},
    {"firebase_session_cookie", "firebase", plain_header,
     iss("https://session.firebase.google.com/notes-1a2b3") + firebase_user +
         R"("sub":"u1","firebase":{"sign_in_provider":"password"})",
     "issuer_mismatch"},
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

INSTANTIATE_TEST_SUITE_P(of_people, preset_tokens, testing::ValuesIn(id_tokens),
                         support::case_name);

INSTANTIATE_TEST_SUITE_P(of_workloads, preset_tokens, testing::ValuesIn(workload_tokens),
                         support::case_name);

}  // namespace
}  // namespace latchkey::app
