#include "issuer_text.hpp"

#include <string_view>

namespace latchkey::init {
namespace {

const std::string& one_of(const answers& given, std::string_view flag) {
  return given.find(flag)->second.front();
}

const std::vector<std::string>& all_of(const answers& given, std::string_view flag) {
  return given.find(flag)->second;
}

// A host, of which people write a URL as well.
std::string host_of(std::string_view text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string{text};
}

std::string without_slash(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  return std::string{url};
}

std::string line(std::string_view key, std::string_view value) {
  return std::string{key} + " = " + std::string{value} + '\n';
}

std::string head(std::string_view preset, std::string_view issuer, std::string_view jwks_uri) {
  return "[[issuer]]\n" + line("preset", toml_string(preset)) +
         line("issuer", toml_string(issuer)) + line("jwks_uri", toml_string(jwks_uri));
}

std::string required(std::string_view comment, std::string_view claim,
                     const std::vector<std::string>& values) {
  return "\n# " + std::string{comment} + "\n[[issuer.required_claim]]\n" +
         line("names", toml_list({std::string{claim}})) + line("values", toml_list(values));
}

}  // namespace

std::string cognito_issuer(const answers& given) {
  const auto& pool = one_of(given, "--pool");
  const auto region = pool.substr(0, pool.find('_'));
  const std::string domain = region.starts_with("cn-") ? ".amazonaws.com.cn" : ".amazonaws.com";
  const auto issuer = "https://cognito-idp." + region + domain + '/' + pool;
  return head("cognito", issuer, issuer + "/.well-known/jwks.json") +
         "# The app clients that may call: access tokens of Cognito name one in client_id, and no "
         "audience.\n" +
         line("audiences", toml_list(all_of(given, "--client-id")));
}

std::string entra_issuer(const answers& given) {
  const auto& tenants = all_of(given, "--tenant");
  const bool first_version = one_of(given, "--token-version") == "1";
  const bool several = tenants.size() > 1;
  const std::string tenant = several ? "{tenantid}" : tenants.front();
  const std::string whose_keys = several ? "common" : tenants.front();
  const auto issuer = first_version ? "https://sts.windows.net/" + tenant + '/'
                                    : "https://login.microsoftonline.com/" + tenant + "/v2.0";
  const auto keys = "https://login.microsoftonline.com/" + whose_keys +
                    (first_version ? "/discovery/keys" : "/discovery/v2.0/keys");
  auto text = head("entra", issuer, keys);
  if (several)
    text += "# Those of nobody else are accepted.\n" + line("tenants", toml_list(tenants));
  return text +
         "# The API's application (client) id, or its identifier URI for tokens of version 1.\n" +
         line("audiences", toml_list(all_of(given, "--audience")));
}

std::string auth0_issuer(const answers& given) {
  const auto issuer = "https://" + host_of(one_of(given, "--domain")) + '/';
  return head("auth0", issuer, issuer + ".well-known/jwks.json") +
         "# The identifier of the API. Clients ask for it as `audience`; without, they get tokens "
         "that nobody\n# but Auth0 can read.\n" +
         line("audiences", toml_list(all_of(given, "--audience")));
}

std::string okta_issuer(const answers& given) {
  const auto issuer =
      "https://" + host_of(one_of(given, "--domain")) + "/oauth2/" + one_of(given, "--server");
  return head("okta", issuer, issuer + "/v1/keys") + "# As set at the authorization server.\n" +
         line("audiences", toml_list(all_of(given, "--audience")));
}

std::string keycloak_issuer(const answers& given) {
  const auto issuer = without_slash(one_of(given, "--url")) + "/realms/" + one_of(given, "--realm");
  auto text = head("keycloak", issuer, issuer + "/protocol/openid-connect/certs");
  if (issuer.starts_with("http://")) {
    text +=
        "# Whoever is on the way can answer with keys of his own: for a network that is yours "
        "alone.\nallow_http = true\n";
  }
  return text +
         "# There only if an audience mapper of the client puts it into the token. Not `account`, "
         "which most\n# tokens of a realm have.\n" +
         line("audiences", toml_list(all_of(given, "--audience")));
}

std::string spiffe_issuer(const answers& given) {
  return head("spiffe", one_of(given, "--issuer"), one_of(given, "--jwks-uri")) +
         line("audiences", toml_list(all_of(given, "--audience"))) +
         required("Only for these workloads.", "sub", all_of(given, "--subject"));
}

std::string kubernetes_issuer(const answers& given) {
  return head("kubernetes", one_of(given, "--issuer"),
              "https://kubernetes.default.svc/openid/v1/jwks") +
         "# In a pod the API server's authority is here:\n"
         "# ca_file = \"/var/run/secrets/kubernetes.io/serviceaccount/ca.crt\"\n"
         "# Of the projected volume: serviceAccountToken.audience.\n" +
         line("audiences", toml_list(all_of(given, "--audience"))) +
         "\n# The API server shows its keys to those who may read them (the role\n"
         "# system:service-account-issuer-discovery). In a pod:\n"
         "# [[issuer.header]]\n"
         "# name = \"Authorization\"\n"
         "# value_prefix = \"Bearer \"\n"
         "# value_file = \"/var/run/secrets/kubernetes.io/serviceaccount/token\"\n" +
         required(
             "Only for these service accounts: any pod may ask for a token with your audience.",
             "sub", all_of(given, "--subject"));
}

std::string github_issuer(const answers& given) {
  return head("github", "https://token.actions.githubusercontent.com",
              "https://token.actions.githubusercontent.com/.well-known/jwks") +
         line("audiences", toml_list(all_of(given, "--audience"))) +
         required(
             "Every workflow of everybody gets a token for whatever audience it asks for: only "
             "these owners'.",
             "repository_owner_id", all_of(given, "--owner-id"));
}

std::string google_issuer(const answers& given) {
  const auto& clients = all_of(given, "--client-id");
  auto text =
      "# ID tokens: access tokens of Google are opaque, so that nobody else can verify them.\n" +
      head("google", "https://accounts.google.com", "https://www.googleapis.com/oauth2/v3/certs") +
      "# The client ids of your apps.\n" + line("audiences", toml_list(clients)) +
      required(
          "Any service account of anybody gets a token for that audience; with azp it was made "
          "for one of your apps.",
          "azp", clients);
  const auto domains = given.find("--hosted-domain");
  if (domains == given.end()) {
    return text +
           "\n# Whoever has a Google account and signs in at such an app may call. Only people "
           "of a Workspace:\n# [[issuer.required_claim]]\n# names = [\"hd\"]\n"
           "# values = [\"notes.example\"]\n";
  }
  return text + required("Only people of this Workspace.", "hd", domains->second);
}

std::string firebase_issuer(const answers& given) {
  const auto& project = one_of(given, "--project");
  return "# ID tokens, as getIdToken() gives them. Whoever may sign up may call: docs/providers.md "
         "says how to\n# hold it to some.\n" +
         head("firebase", "https://securetoken.google.com/" + project,
              "https://www.googleapis.com/service_accounts/v1/jwk/"
              "securetoken@system.gserviceaccount.com") +
         line("audiences", toml_list({project}));
}

std::string other_issuer(const answers& given) {
  auto text = "[[issuer]]\n# To the letter, a slash at the end as well.\n" +
              line("issuer", toml_string(one_of(given, "--issuer")));
  const auto keys = given.find("--jwks-uri");
  if (keys != given.end()) {
    text += line("jwks_uri", toml_string(keys->second.front()));
  } else {
    text += "# The keys are found by discovery: ISSUER/.well-known/openid-configuration.\n";
  }
  return text + line("audiences", toml_list(all_of(given, "--audience"))) +
         "# Where the provider follows RFC 9068, this tells its access tokens from all others:\n"
         "# require_typ = \"at+jwt\"\n"
         "\n# Else require a claim that its access tokens have and its ID tokens have not\n"
         "# (latchkey token inspect shows both):\n"
         "# [[issuer.required_claim]]\n"
         "# names = [\"client_id\"]\n";
}

}  // namespace latchkey::init
