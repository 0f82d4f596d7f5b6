#include <latchkey/auth/discovery.hpp>
#include <latchkey/auth/errc.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace latchkey::auth {
namespace {

discovery_settings settings_for(std::string issuer, bool allow_internal = false) {
  discovery_settings settings;
  settings.issuer = std::move(issuer);
  settings.allow_internal = allow_internal;
  return settings;
}

TEST(discovery, finds_the_metadata_at_two_places) {
  struct {
    const char* issuer;
    const char* openid;
    const char* oauth;
  } const cases[] = {
      {"https://idp.example", "https://idp.example/.well-known/openid-configuration",
       "https://idp.example/.well-known/oauth-authorization-server"},
      {"https://idp.example/", "https://idp.example/.well-known/openid-configuration",
       "https://idp.example/.well-known/oauth-authorization-server"},
      {"https://idp.example:8443/realms/a",
       "https://idp.example:8443/realms/a/.well-known/openid-configuration",
       "https://idp.example:8443/.well-known/oauth-authorization-server/realms/a"},
      {"https://idp.example/tenant/v2.0/",
       "https://idp.example/tenant/v2.0/.well-known/openid-configuration",
       "https://idp.example/.well-known/oauth-authorization-server/tenant/v2.0"},
      {"https://idp.example/a//", "https://idp.example/a//.well-known/openid-configuration",
       "https://idp.example/.well-known/oauth-authorization-server/a/"},
      {"https://[2001:db8::1]/a", "https://[2001:db8::1]/a/.well-known/openid-configuration",
       "https://[2001:db8::1]/.well-known/oauth-authorization-server/a"},
  };
  for (const auto& one : cases) {
    const auto found = find_metadata(settings_for(one.issuer));
    EXPECT_EQ(found.openid, one.openid);
    EXPECT_EQ(found.oauth, one.oauth);
  }
}

TEST(discovery, needs_an_issuer_that_can_be_asked_safely) {
  struct {
    const char* issuer;
    bool outside;
    bool inside;  // with allow_internal
  } const cases[] = {
      {"https://idp.example", true, true},
      {"https://10.1.2.3/a", true, true},
      {"http://127.0.0.1:9400", false, true},
      {"http://[::1]:9400/a", false, true},
      {"http://localhost", false, true},
      {"https://localhost", false, true},
      {"https://127.8.8.8/", false, true},
      {"http://idp.example", false, false},
      {"http://10.1.2.3", false, false},
      {"https://idp.example/?a=b", false, false},
      {"https://idp.example/?", false, false},
      {"https://idp.example/#a", false, false},
      {"https://user:word@idp.example/", false, false},
      {"idp.example", false, false},
      {"accounts", false, false},
      {"", false, false},
  };
  for (const auto& one : cases) {
    for (const bool allow : {false, true}) {
      bool taken = true;
      try {
        (void)find_metadata(settings_for(one.issuer, allow));
      } catch (const std::invalid_argument& refused) {
        taken = false;
        EXPECT_EQ(std::string{refused.what()}.find("word"), std::string::npos);
      }
      EXPECT_EQ(taken, allow ? one.inside : one.outside) << one.issuer << ' ' << allow;
    }
  }
}

TEST(discovery, reads_the_address_of_the_keys) {
  const auto settings = settings_for("https://idp.example/");
  EXPECT_EQ(read_metadata(R"({"jwks_uri": "https://keys.example/k?v=1", "x": [1],
                              "issuer": "https://idp.example/"})",
                          settings)
                .value(),
            "https://keys.example/k?v=1");
  // An escape is the character it stands for.
  EXPECT_EQ(
      read_metadata(R"({"jwks_uri":"https:\/\/k.example","issu\u0065r":"https:\/\/idp.example/"})",
                    settings)
          .value(),
      "https://k.example");
}

struct bad_document {
  const char* text;
  errc why;
};

TEST(discovery, refuses_a_document_that_is_not_the_issuers) {
  const auto settings = settings_for("https://idp.example/");
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  const bad_document cases[] = {
      {"", errc::bad_metadata},
      {"<html></html>", errc::bad_metadata},
      {"null", errc::bad_metadata},
      {"[]", errc::bad_metadata},
      {"{}", errc::metadata_member},
      {deep.c_str(), errc::bad_metadata},
      {R"({"issuer":"https://idp.example/"})", errc::metadata_member},
      {R"({"jwks_uri":"https://idp.example/k"})", errc::metadata_member},
      {"\xef\xbb\xbf{\"issuer\":\"https://idp.example/\",\"jwks_uri\":\"https://idp.example/k\"}",
       errc::metadata_byte_order},
      {R"({"issuer":["https://idp.example/"],"jwks_uri":"https://idp.example/k"})",
       errc::metadata_member},
      {R"({"issuer":"https://idp.example/","jwks_uri":null})", errc::metadata_member},
      {R"({"issuer":"https://idp.example/","jwks_uri":["https://idp.example/k"]})",
       errc::metadata_member},
      {R"({"issuer":"https://idp.example/","jwks_uri":"https://idp.example/k"} )"
       "x",
       errc::bad_metadata},
      {R"({"issuer":"https://idp.example/","issuer":"https://idp.example/",)"
       R"("jwks_uri":"https://idp.example/k"})",
       errc::metadata_name_twice},
      {R"({"issuer":"https://idp.example/","jwks_uri":"https://idp.example/k",)"
       R"("jwks_uri":"https://other.example/k"})",
       errc::metadata_name_twice},
      {R"({"issuer":"https://idp.example","jwks_uri":"https://idp.example/k"})",
       errc::metadata_issuer},
      {R"({"issuer":"https://IDP.example/","jwks_uri":"https://idp.example/k"})",
       errc::metadata_issuer},
      {R"({"issuer":"https://idp.example/ ","jwks_uri":"https://idp.example/k"})",
       errc::metadata_issuer},
      {R"({"issuer":"https://other.example/"})", errc::metadata_issuer},
      {R"({"issuer":"","jwks_uri":"https://idp.example/k"})", errc::metadata_issuer},
      {R"({"issuer":"https://idp.example/","jwks_uri":""})", errc::metadata_keys_address},
      {R"({"issuer":"https://idp.example/","jwks_uri":"/k"})", errc::metadata_keys_address},
      {R"({"issuer":"https://idp.example/","jwks_uri":"http://idp.example/k"})",
       errc::metadata_keys_address},
      {R"({"issuer":"https://idp.example/","jwks_uri":"file:///etc/keys"})",
       errc::metadata_keys_address},
      {R"({"issuer":"https://idp.example/","jwks_uri":"https://u:p@idp.example/k"})",
       errc::metadata_keys_address},
      {R"({"issuer":"https://idp.example/","jwks_uri":"https://idp.example/k#a"})",
       errc::metadata_keys_address},
      {R"({"issuer":"https://idp.example/","jwks_uri":"http://127.0.0.1/k"})",
       errc::metadata_keys_address},
      {R"({"issuer":"https://idp.example/","jwks_uri":"https://localhost/k"})",
       errc::metadata_keys_address},
      {R"({"issuer":"https://idp.example/","jwks_uri":"https://[::1]/k"})",
       errc::metadata_keys_address},
      {"{\"issuer\":\"https://idp.example/\",\"jwks_uri\":\"https://idp.example/k\\r\\nX: y\"}",
       errc::metadata_keys_address},
  };
  for (const auto& [text, why] : cases) {
    const auto read = read_metadata(text, settings);
    ASSERT_TRUE(read.has_error()) << text;
    EXPECT_EQ(read.error(), why) << text << ": " << read.error().message();
  }
}

TEST(discovery, leads_to_this_machine_where_that_is_allowed) {
  const auto document = [](std::string_view keys) {
    return R"({"issuer":"http://127.0.0.1:9400","jwks_uri":")" + std::string{keys} + "\"}";
  };
  const auto settings = settings_for("http://127.0.0.1:9400", true);
  for (const auto* keys : {"http://127.0.0.1:9400/k", "http://localhost:1/k", "https://[::1]/k",
                           "https://idp.example/k"}) {
    EXPECT_EQ(read_metadata(document(keys), settings).value(), keys);
  }
  EXPECT_EQ(read_metadata(document("http://idp.example/k"), settings).error(),
            errc::metadata_keys_address);
}

TEST(discovery, tells_what_was_found_and_what_was_expected) {
  auto settings = settings_for("https://idp.example");
  settings.report = std::make_shared<source_report>();
  const auto told = [&](std::string_view document) {
    settings.report->asking("a");
    EXPECT_TRUE(read_metadata(document, settings).has_error());
    const auto last = settings.report->last();
    EXPECT_EQ(last.asked, "a");
    return last.found + " | " + last.expected;
  };
  EXPECT_EQ(told(R"({"issuer":"https://idp.example/","jwks_uri":"https://idp.example/k"})"),
            "https://idp.example/ | https://idp.example");
  EXPECT_EQ(told(R"({"jwks_uri":"https://idp.example/k"})"),
            "no text as issuer | https://idp.example");
  EXPECT_EQ(told(R"({"issuer":"https://idp.example"})"),
            "no text as jwks_uri | the address of the keys");
  EXPECT_EQ(told(R"({"issuer":"https://idp.example","jwks_uri":"http://idp.example/k"})"),
            "http://idp.example/k | an https address, or allow_http = true");
  EXPECT_EQ(told(R"({"issuer":"https://idp.example","jwks_uri":"https://[::1]/k"})"),
            "https://[::1]/k | an address elsewhere, or allow_internal = true");
  EXPECT_EQ(told(R"({"issuer":"https://idp.example","jwks_uri":"/k"})"),
            "/k | an https address without user and fragment");
  EXPECT_EQ(told("[]"), " | ") << "the error says it all";
  const std::string endless(100'000, 'x');
  EXPECT_LT(told(R"({"issuer":")" + endless + R"("})").size(), 1000U);
}

TEST(discovery, goes_over_http_where_that_is_allowed) {
  auto settings = settings_for("http://keycloak:8080/realms/a");
  EXPECT_THROW((void)find_metadata(settings), std::invalid_argument);
  settings.allow_http = true;
  EXPECT_EQ(find_metadata(settings).openid,
            "http://keycloak:8080/realms/a/.well-known/openid-configuration");
  EXPECT_EQ(read_metadata(R"({"issuer":"http://keycloak:8080/realms/a",)"
                          R"("jwks_uri":"http://keycloak:8080/certs"})",
                          settings)
                .value(),
            "http://keycloak:8080/certs");
  EXPECT_EQ(read_metadata(R"({"issuer":"http://keycloak:8080/realms/a",)"
                          R"("jwks_uri":"http://127.0.0.1:8080/certs"})",
                          settings)
                .error(),
            errc::metadata_keys_address)
      << "this machine is another setting";
  settings.issuer = "http://127.0.0.1/";
  EXPECT_THROW((void)find_metadata(settings), std::invalid_argument);
}

}  // namespace
}  // namespace latchkey::auth
