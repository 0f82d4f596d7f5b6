#include "form.hpp"

#include "issuer_text.hpp"

#include <latchkey/http/fields.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

namespace latchkey::init {
namespace {

const std::vector<form>& made_forms() {
  static const std::vector<form> all{
      {"cognito",
       {{"--pool", "The id of the user pool", "eu-central-1_a1B2c3D4e"},
        {.flag = "--client-id",
         .ask = "The app clients that may call",
         .example = "1example23456789",
         .several = true}},
       true,
       cognito_issuer},
      {"entra",
       {{.flag = "--tenant",
         .ask = "The ids of the tenants whose users may call",
         .example = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11",
         .several = true},
        {.flag = "--audience",
         .ask = "The API's application (client) id; with --token-version 1 its identifier URI",
         .example = "5b1c9a52-6f0e-4c57-8f2b-0b1f3a9e7c21",
         .several = true},
        {.flag = "--token-version",
         .ask = "requestedAccessTokenVersion of the API's manifest (1 where it is null)",
         .example = "2",
         .standard = "2",
         .choices = {"1", "2"}}},
       true,
       entra_issuer},
      {"auth0",
       {{"--domain", "The tenant's domain", "tenant.eu.auth0.com"},
        {.flag = "--audience",
         .ask = "The identifier of the API",
         .example = "https://api.example/",
         .several = true}},
       true,
       auth0_issuer},
      {"okta",
       {{"--domain", "The organization's domain", "tenant.okta.com"},
        {"--server", "The authorization server", "default", "default"},
        {.flag = "--audience",
         .ask = "The audience set at the authorization server",
         .example = "api://default",
         .standard = "api://default",
         .several = true}},
       true,
       okta_issuer},
      {"keycloak",
       {{"--url", "Where Keycloak is reached (before version 17 with /auth at the end)",
         "https://sso.example"},
        {"--realm", "The realm", "notes"},
        {.flag = "--audience",
         .ask = "What an audience mapper puts into aud for this API",
         .example = "notes-api",
         .several = true}},
       true,
       keycloak_issuer},
      {"spiffe",
       {{"--issuer", "jwt_issuer of the SPIRE server", "https://oidc.prod.example"},
        {"--jwks-uri", "Where its keys are", "https://oidc.prod.example/keys"},
        {.flag = "--audience",
         .ask = "The audience that callers ask for",
         .example = "spiffe://prod.example/notes",
         .several = true},
        {.flag = "--subject",
         .ask = "The workloads that may call",
         .example = "spiffe://prod.example/web",
         .several = true}},
       false,
       spiffe_issuer},
      {"kubernetes",
       {{.flag = "--audience",
         .ask = "The audience of the projected tokens",
         .example = "notes",
         .several = true},
        {.flag = "--subject",
         .ask = "The service accounts that may call",
         .example = "system:serviceaccount:shop:web",
         .several = true},
        {"--issuer", "--service-account-issuer of the API server",
         "https://kubernetes.default.svc.cluster.local",
         "https://kubernetes.default.svc.cluster.local"}},
       false,
       kubernetes_issuer},
      {"github",
       {{.flag = "--audience",
         .ask = "The audience that workflows ask for",
         .example = "https://notes.example",
         .several = true},
        {.flag = "--owner-id",
         .ask = "The ids of the users and organizations whose workflows may call (a number: "
                "https://api.github.com/users/NAME)",
         .example = "1234567",
         .several = true}},
       false,
       github_issuer},
      {"google",
       {{.flag = "--client-id",
         .ask = "The client ids of your apps",
         .example = "123456789-web.apps.googleusercontent.com",
         .several = true},
        {.flag = "--hosted-domain",
         .ask = "The Workspace domains whose people may call",
         .example = "notes.example",
         .optional = true,
         .several = true}},
       false,
       google_issuer},
      {"firebase", {{"--project", "The id of the project", "notes-1a2b3"}}, false, firebase_issuer},
      {"other",
       {{"--issuer", "iss of the provider's tokens, to the letter", "https://idp.example"},
        {.flag = "--audience",
         .ask = "What aud of the tokens for this API names",
         .example = "notes-api",
         .several = true},
        {.flag = "--jwks-uri",
         .ask = "Where its keys are; not said: found by discovery",
         .example = "https://idp.example/keys",
         .optional = true}},
       true,
       other_issuer},
  };
  return all;
}

void refuse_other_than_choices(const question& of, std::string_view text) {
  const auto& all = of.choices;
  if (all.empty() || std::find(all.begin(), all.end(), text) != all.end()) return;
  std::string expected;
  for (const auto one : all) expected += (expected.empty() ? "" : " or ") + std::string{one};
  throw std::invalid_argument{std::string{of.flag} + " is " + toml_string(text) + ", expected " +
                              expected};
}

}  // namespace

const std::vector<form>& forms() {
  return made_forms();
}

const form* find_form(std::string_view provider) {
  const auto& all = forms();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [provider](const form& one) { return one.provider == provider; });
  return found == all.end() ? nullptr : &*found;
}

std::string form_names() {
  std::string text;
  for (const auto& one : forms()) text += (text.empty() ? "" : ", ") + std::string{one.provider};
  return text;
}

std::vector<question> missing(const form& of, const answers& given) {
  std::vector<question> all;
  for (const auto& one : of.questions) {
    if (one.optional || !one.standard.empty()) continue;
    if (given.find(one.flag) == given.end()) all.push_back(one);
  }
  return all;
}

answers completed(const form& of, answers given) {
  std::string flags;
  for (const auto& one : of.questions) {
    flags += (flags.empty() ? "" : ", ") + std::string{one.flag};
    auto found = given.find(one.flag);
    if (found == given.end()) {
      if (one.standard.empty()) continue;
      found = given.emplace(std::string{one.flag}, std::vector{std::string{one.standard}}).first;
    }
    if (found->second.size() > 1 && !one.several) {
      throw std::invalid_argument{std::string{one.flag} + " is given twice; it has one value"};
    }
    for (auto& text : found->second) {
      text = http::trim(text, " \t\r\n");
      refuse_other_than_choices(one, text);
    }
  }
  for (const auto& [flag, values] : given) {
    const auto asked = std::any_of(of.questions.begin(), of.questions.end(),
                                   [&flag](const question& one) { return one.flag == flag; });
    if (!asked) {
      throw std::invalid_argument{flag + " says nothing of " + std::string{of.provider} +
                                  ", which takes " + flags};
    }
  }
  return given;
}

std::string toml_string(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out{'"'};
  for (const char one : text) {
    const auto byte = static_cast<unsigned char>(one);
    if (one == '"' || one == '\\') {
      out += '\\';
      out += one;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += std::string{"\\u00"} + digits[byte / 16] + digits[byte % 16];
    } else {
      out += one;
    }
  }
  return out + '"';
}

std::string toml_list(const std::vector<std::string>& all) {
  std::string text;
  for (const auto& one : all) text += (text.empty() ? "" : ", ") + toml_string(one);
  return '[' + text + ']';
}

}  // namespace latchkey::init
