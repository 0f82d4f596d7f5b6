// Issuers as the providers' documentation has them, and how a token is judged by such a
// configuration. Not for the tokens: preset_tokens_test.
#pragma once

#include "config_cases.hpp"
#include "support/mint.hpp"

#include <latchkey/app/issuer_rules.hpp>
#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/key_set.hpp>
#include <latchkey/jose/verifier.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <map>
#include <string>
#include <vector>

namespace latchkey::app {

inline constexpr core::wall_time now{std::chrono::seconds{1'795'434'884}};

// In every token here: made a minute ago, for an hour.
inline const std::string times = R"("iat":1795434824,"exp":1795438424)";

inline const std::string cognito_issuer =
    "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_a1B2c3D4e";
inline const std::string tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
inline const std::string entra_issuer = "https://login.microsoftonline.com/" + tenant + "/v2.0";
inline const std::string entra_v1_issuer = "https://sts.windows.net/" + tenant + "/";
inline const std::string entra_api = "5b1c9a52-6f0e-4c57-8f2b-0b1f3a9e7c21";
inline const std::string entra_client = "e2d7c0a4-31b8-4f5e-a6cd-94f0b7c1d833";
inline const std::string auth0_issuer = "https://tenant.eu.auth0.com/";
inline const std::string okta_issuer = "https://tenant.okta.com/oauth2/default";
inline const std::string spiffe_issuer = "https://oidc.prod.example";
inline const std::string kubernetes_issuer = "https://kubernetes.default.svc.cluster.local";
inline const std::string github_issuer = "https://token.actions.githubusercontent.com";
inline const std::string google_issuer = "https://accounts.google.com";
inline const std::string firebase_issuer = "https://securetoken.google.com/notes-1a2b3";
inline const std::string keycloak_issuer = "https://sso.example/realms/notes";

// An [[issuer]] of that preset; `more` are further lines of it.
inline std::string issuer_text(const std::string& preset, const std::string& issuer,
                               const std::string& audience, const std::string& more = "") {
  return "issuer = \"" + issuer + "\"\npreset = \"" + preset +
         "\"\njwks_uri = \"https://keys.example/\"\naudiences = [\"" + audience + "\"]\n" + more;
}

// The issuers as they are configured, by provider.
inline const std::map<std::string, std::string> configured{
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
    {"google", issuer_text("google", google_issuer, "123-web.apps.googleusercontent.com",
                           "[[issuer.required_claim]]\nnames = [\"azp\"]\n"
                           "values = [\"123-web.apps.googleusercontent.com\"]\n")},
    {"google_without_scheme",
     issuer_text("google", "accounts.google.com", "123-web.apps.googleusercontent.com",
                 "[[issuer.required_claim]]\nnames = [\"hd\"]\nvalues = [\"notes.example\"]\n")},
    {"firebase", issuer_text("firebase", firebase_issuer, "notes-1a2b3")},
};

// The smallest configuration with its issuer replaced.
inline std::string config_text(const std::string& issuer) {
  return with(
      "issuer = \"https://idp.example/\"\njwks_uri = \"https://idp.example/keys\"\n"
      "audiences = [\"account\"]\n",
      issuer);
}

// Throws with all messages for what is refused.
inline config load(const std::string& issuer) {
  return parse_config(config_text(issuer), test_source()).value();
}

// The key set as the providers write it: what they add to a key is no hindrance, and neither is a
// key for encryption beside it.
inline std::string provider_jwks() {
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

inline core::result<core::principal> judge(const issuer_config& issuer, const std::string& header,
                                           const std::string& claims) {
  static const auto keys = jose::key_set::parse(provider_jwks());
  const auto rules = rules_of(issuer);
  return jose::verify(support::issuer_key().sign(header, claims), **keys, rules.claims,
                      rules.header, now);
}

// "accepted" with the scopes, or the reason.
inline std::string outcome(const core::result<core::principal>& verdict) {
  if (!verdict) return std::string{jose::reason(verdict.error())};
  std::string text = "accepted:";
  for (const auto& scope : verdict->scopes.items()) text += ' ' + scope;
  return text;
}

inline const std::string plain_header = R"({"kid":"k1","alg":"RS256"})";
inline const std::string jwt_header = R"({"alg":"RS256","typ":"JWT","kid":"k1"})";
inline const std::string entra_header = R"({"typ":"JWT","alg":"RS256","x5t":"aaaa","kid":"k1"})";

struct token_case {
  std::string name;
  std::string issuer;  // of those configured
  std::string header;
  std::string claims;  // without the braces and the times
  std::string outcome;
};

inline std::string iss(const std::string& issuer) {
  return R"("iss":")" + issuer + "\",";
}

}  // namespace latchkey::app
