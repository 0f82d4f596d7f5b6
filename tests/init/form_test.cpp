#include "support/cases.hpp"

#include <latchkey/app/config_load.hpp>

#include <gmock/gmock.h>
#include <init/configuration_text.hpp>
#include <init/form.hpp>

#include <stdexcept>
#include <string>

namespace latchkey::init {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// As somebody would answer who takes the examples.
answers examples_of(const form& of) {
  answers given;
  for (const auto& one : of.questions) {
    if (!one.optional) given[std::string{one.flag}] = {std::string{one.example}};
  }
  return given;
}

app::config loaded_from(const form& of, const answers& given, const choices& with = {}) {
  const auto text = configuration_text(of, completed(of, given), with);
  const auto loaded = app::parse_config(text, {"/etc/latchkey/c.toml", {}, {}, false, {}});
  std::string problems;
  if (!loaded) {
    for (const auto& one : loaded.error()) problems += app::to_string(one) + '\n';
    throw std::runtime_error{problems + text};
  }
  return *loaded;
}

TEST(init_form, of_every_provider_there_is_a_preset_for) {
  EXPECT_EQ(form_names(),
            "cognito, entra, auth0, okta, keycloak, spiffe, kubernetes, github, google, firebase, "
            "other");
  EXPECT_EQ(find_form("cognit"), nullptr);
}

TEST(init_form, a_version_of_tokens_that_there_is_not_is_refused) {
  const auto& entra = *find_form("entra");
  for (const std::string version : {"1", "2", " 1 "}) {
    auto given = examples_of(entra);
    given["--token-version"] = {version};
    EXPECT_NO_THROW(completed(entra, given)) << version;
  }
  for (const std::string version : {"v1", "1.0", "01", "3", "0", "null", "12", ""}) {
    auto given = examples_of(entra);
    given["--token-version"] = {version};
    try {
      completed(entra, given);
      ADD_FAILURE() << version;
    } catch (const std::invalid_argument& refused) {
      EXPECT_THAT(refused.what(), HasSubstr("--token-version")) << version;
      EXPECT_THAT(refused.what(), HasSubstr("expected 1 or 2")) << version;
    }
  }
}

TEST(init_form, the_examples_make_a_valid_configuration_with_and_without_an_upstream) {
  for (const auto& one : forms()) {
    SCOPED_TRACE(one.provider);
    EXPECT_THAT(missing(one, examples_of(one)), IsEmpty());
    const auto article = loaded_from(one, examples_of(one));
    EXPECT_EQ(article.routes.size(), 4U);
    EXPECT_EQ(article.issuers.size(), 1U);
    choices with;
    with.upstream = "http://127.0.0.1:9000";
    with.scopes = {"notes:read"};
    const auto edge = loaded_from(one, examples_of(one), with);
    ASSERT_EQ(edge.routes.size(), 1U);
    EXPECT_EQ(edge.routes[0].path, "/api/*");
    EXPECT_FALSE(edge.routes[0].is_public);
    EXPECT_THAT(edge.routes[0].scopes, ElementsAre("notes:read"));
    EXPECT_EQ(edge.upstreams.at(0).addresses.at(0), "http://127.0.0.1:9000");
  }
}

struct issuer_case {
  const char* name;
  const char* provider;
  answers given;
  const char* issuer;
  const char* jwks_uri;
};

const issuer_case issuers[] = {
    {"cognito",
     "cognito",
     {{"--pool", {"eu-west-1_Ab"}}, {"--client-id", {"c1", "c2"}}},
     "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab",
     "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab/.well-known/jwks.json"},
    {"cognito_in_china",
     "cognito",
     {{"--pool", {"cn-north-1_Ab"}}, {"--client-id", {"c"}}},
     "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Ab",
     "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_Ab/.well-known/jwks.json"},
    {"entra",
     "entra",
     {{"--tenant", {"8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11"}}, {"--audience", {"a"}}},
     "https://login.microsoftonline.com/8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11/v2.0",
     "https://login.microsoftonline.com/8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11/discovery/v2.0/keys"},
    {"entra_of_version_1",
     "entra",
     {{"--tenant", {"8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11"}},
      {"--audience", {"api://a"}},
      {"--token-version", {"1"}}},
     "https://sts.windows.net/8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11/",
     "https://login.microsoftonline.com/8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11/discovery/keys"},
    {"entra_of_several_tenants",
     "entra",
     {{"--tenant",
       {"8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11", "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10"}},
      {"--audience", {"a"}}},
     "https://login.microsoftonline.com/{tenantid}/v2.0",
     "https://login.microsoftonline.com/common/discovery/v2.0/keys"},
    {"entra_of_several_tenants_and_version_1",
     "entra",
     {{"--tenant",
       {"8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11", "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10"}},
      {"--audience", {"a"}},
      {"--token-version", {"1"}}},
     "https://sts.windows.net/{tenantid}/",
     "https://login.microsoftonline.com/common/discovery/keys"},
    {"auth0_as_a_url",
     "auth0",
     {{"--domain", {" https://t.auth0.com/ "}}, {"--audience", {"a"}}},
     "https://t.auth0.com/",
     "https://t.auth0.com/.well-known/jwks.json"},
    {"okta",
     "okta",
     {{"--domain", {"t.okta.com"}}},
     "https://t.okta.com/oauth2/default",
     "https://t.okta.com/oauth2/default/v1/keys"},
    {"keycloak",
     "keycloak",
     {{"--url", {"https://sso.example/auth/"}}, {"--realm", {"r"}}, {"--audience", {"a"}}},
     "https://sso.example/auth/realms/r",
     "https://sso.example/auth/realms/r/protocol/openid-connect/certs"},
    {"keycloak_in_a_cluster",
     "keycloak",
     {{"--url", {"http://keycloak.sso.svc:8080"}}, {"--realm", {"r"}}, {"--audience", {"a"}}},
     "http://keycloak.sso.svc:8080/realms/r",
     "http://keycloak.sso.svc:8080/realms/r/protocol/openid-connect/certs"},
    {"firebase",
     "firebase",
     {{"--project", {"p-1"}}},
     "https://securetoken.google.com/p-1",
     "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com"},
    {"google",
     "google",
     {{"--client-id", {"c"}}, {"--hosted-domain", {"d.example"}}},
     "https://accounts.google.com",
     "https://www.googleapis.com/oauth2/v3/certs"},
    {"other_by_discovery",
     "other",
     {{"--issuer", {"https://idp.example"}}, {"--audience", {"a"}}},
     "https://idp.example",
     ""},
};

class init_issuers : public testing::TestWithParam<issuer_case> {};

TEST_P(init_issuers, are_as_the_tokens_name_them) {
  const auto& one = GetParam();
  const auto loaded = loaded_from(*find_form(one.provider), one.given);
  EXPECT_EQ(loaded.issuers[0].issuer, one.issuer);
  EXPECT_EQ(loaded.issuers[0].jwks_uri, one.jwks_uri);
}

INSTANTIATE_TEST_SUITE_P(all, init_issuers, testing::ValuesIn(issuers), support::case_name);

TEST(init_form, what_somebody_writes_stays_a_string) {
  EXPECT_EQ(toml_string("a\"b\\c\n\x7f"), "\"a\\\"b\\\\c\\u000A\\u007F\"");
  const std::string hostile = "a\"]#issuer=\"https://evil.example\\";
  const answers given{{"--issuer", {"https://idp.example"}}, {"--audience", {hostile}}};
  const auto loaded = loaded_from(*find_form("other"), given);
  EXPECT_EQ(loaded.issuers[0].issuer, "https://idp.example");
  EXPECT_THAT(loaded.issuers[0].audiences, ElementsAre(hostile));
}

TEST(init_form, flags_of_other_providers_and_second_values_are_told) {
  const auto& auth0 = *find_form("auth0");
  const auto told = [&](const answers& given) {
    try {
      completed(auth0, given);
    } catch (const std::invalid_argument& refused) {
      return std::string{refused.what()};
    }
    return std::string{};
  };
  EXPECT_EQ(told({{"--domain", {"a"}}, {"--audience", {"b", "c"}}}), "");
  EXPECT_EQ(told({{"--domain", {"a", "b"}}}), "--domain is given twice; it has one value");
  EXPECT_EQ(told({{"--realm", {"a"}}}),
            "--realm says nothing of auth0, which takes --domain, --audience");
}

}  // namespace
}  // namespace latchkey::init
