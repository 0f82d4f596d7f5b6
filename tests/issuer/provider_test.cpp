#include "issuer/provider.hpp"

#include "exchange.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

namespace latchkey::issuer {
namespace {

using namespace std::chrono_literals;
using http::status;
using support::field_of;
using support::text_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string asked = std::string{"response_type=code&client_id=example-api&redirect_uri="} +
                          form_escaped(redirect_uri) +
                          "&state=s1&scope=openid+example:note:read&code_challenge=" + challenge +
                          "&code_challenge_method=S256";

// Signs in and gives the code of the redirect.
std::string code_of(exchange& with, const std::string& granted = "granted=example:note:read") {
  const auto answer = with.post_form("/authorize", asked + "&action=allow&username=ann&" + granted);
  EXPECT_EQ(answer.code(), status::found);
  const auto location = field_of(answer, "location");
  const auto start = std::string{redirect_uri} + "?code=";
  EXPECT_THAT(location, StartsWith(start));
  return location.substr(start.size(), location.find('&') - start.size());
}

std::string redemption(const std::string& code) {
  return "grant_type=authorization_code&client_id=example-api&code=" + code +
         "&redirect_uri=" + form_escaped(redirect_uri) + "&code_verifier=" + verifier;
}

std::string error_of(const http::response& answer) {
  return std::string{json_of(answer).at("error").as_string()};
}

TEST(provider, describes_itself) {
  exchange with;
  for (const auto* path :
       {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}) {
    const auto document = json_of(with.get(path));
    EXPECT_EQ(document.at("issuer"), "http://127.0.0.1:9400");
    EXPECT_EQ(document.at("jwks_uri"), "http://127.0.0.1:9400/.well-known/jwks.json");
    EXPECT_EQ(document.at("code_challenge_methods_supported").at(0), "S256");
  }
}

TEST(provider, publishes_its_key) {
  exchange with;
  const auto answer = with.get("/.well-known/jwks.json");
  EXPECT_EQ(text_of(answer),
            support::jwks(jose::signing_key::from_pem(support::issuer_key().to_pem(), "k1")));
  EXPECT_EQ(field_of(answer, "access-control-allow-origin"), "*");
}

TEST(sign_in, shows_a_page_without_script) {
  exchange with;
  const auto page = with.get("/authorize?" + asked);
  EXPECT_EQ(page.code(), status::ok);
  EXPECT_EQ(field_of(page, "content-security-policy"),
            "default-src 'none'; style-src 'self'; img-src data:; form-action 'self' "
            "https://localhost:8443; base-uri 'none'; frame-ancestors 'none'");
  EXPECT_EQ(field_of(page, "cross-origin-opener-policy"), "(absent)");
  EXPECT_EQ(field_of(page, "cache-control"), "no-store");
  const auto text = text_of(page);
  EXPECT_THAT(text, HasSubstr("value=\"example:note:read\" checked"));
  EXPECT_THAT(text, HasSubstr("name=\"username\""));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
  EXPECT_EQ(with.get("/style.css").code(), status::ok);
}

TEST(sign_in, escapes_what_it_shows) {
  exchange with;
  const auto page = with.get("/authorize?" + asked + "&x=1&state2=" + "&scope2=");
  EXPECT_EQ(page.code(), status::ok);
  auto query = asked;
  query.replace(query.find("s1"), 2, "%22%3E%3Cscript%3E");
  query.replace(query.find("openid"), 6, "%3Cb%3E%26");
  const auto text = text_of(with.get("/authorize?" + query));
  EXPECT_THAT(text, HasSubstr("value=\"&quot;&gt;&lt;script&gt;\""));
  EXPECT_THAT(text, HasSubstr("<code>&lt;b&gt;&amp;</code>"));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
}

TEST(sign_in, shows_what_must_not_be_redirected) {
  exchange with;
  const std::string foreign = "client_id=example-api&redirect_uri=https://evil.example/";
  for (const auto& query : {std::string{}, std::string{"client_id=other"}, foreign}) {
    const auto page = with.get("/authorize?" + query);
    EXPECT_EQ(page.code(), status::bad_request) << query;
    EXPECT_EQ(field_of(page, "location"), "(absent)") << query;
    const auto posted = with.post_form("/authorize", query + "&action=allow&username=ann");
    EXPECT_EQ(posted.code(), status::bad_request) << query;
    EXPECT_EQ(field_of(posted, "location"), "(absent)") << query;
  }
  EXPECT_EQ(with.post_form("/authorize", "a=%zz").code(), status::bad_request);
}

TEST(sign_in, sends_other_errors_back) {
  exchange with;
  auto query = asked;
  query.replace(query.find("S256"), 4, "plain");
  const auto expected = std::string{redirect_uri} + "?error=invalid_request&";
  EXPECT_THAT(field_of(with.get("/authorize?" + query), "location"), StartsWith(expected));
  const auto posted = with.post_form("/authorize", query + "&action=allow&username=ann");
  EXPECT_THAT(field_of(posted, "location"), StartsWith(expected));
}

TEST(sign_in, can_be_refused_by_the_user) {
  exchange with;
  for (const auto* action : {"&action=deny", "", "&action=other"}) {
    const auto answer = with.post_form("/authorize", asked + "&username=ann" + action);
    EXPECT_EQ(answer.code(), status::found);
    EXPECT_EQ(field_of(answer, "location"),
              std::string{redirect_uri} +
                  "?error=access_denied&error_description=the%20user%20refused&state=s1");
  }
}

TEST(sign_in, asks_again_without_a_user_name) {
  exchange with;
  for (const auto* name :
       {"", "&username=", "&username=a%0Ab", "&username=%FF", "&username=%ED%A0%80"}) {
    const auto page = with.post_form("/authorize", asked + "&action=allow" + name);
    EXPECT_EQ(page.code(), status::ok) << name;
    EXPECT_THAT(text_of(page), HasSubstr("role=\"alert\"")) << name;
  }
}

TEST(sign_in, takes_no_form_of_another_site) {
  exchange with;
  const auto answer = with.post_form("/authorize", asked + "&action=allow&username=ann",
                                     {{"Sec-Fetch-Site", "cross-site"}});
  EXPECT_EQ(answer.code(), status::forbidden);
}

TEST(token, is_given_for_a_code) {
  exchange with;
  const auto answer =
      with.post_form("/token", redemption(code_of(with)), {{"Origin", "https://localhost:8443"}});
  ASSERT_EQ(answer.code(), status::ok);
  EXPECT_EQ(field_of(answer, "cache-control"), "no-store");
  EXPECT_EQ(field_of(answer, "access-control-allow-origin"), "https://localhost:8443");
  const auto body = json_of(answer);
  EXPECT_EQ(body.at("token_type"), "Bearer");
  EXPECT_EQ(body.at("expires_in"), 3600);
  EXPECT_EQ(body.at("scope"), "example:note:read");
  EXPECT_EQ(claims_of_token(std::string{body.at("access_token").as_string()}),
            R"({"iss":"http://127.0.0.1:9400","sub":"ann","aud":"account","iat":1795434824,)"
            R"("exp":1795438424,"scope":"example:note:read","client_id":"example-api"})");
}

TEST(token, grants_only_scopes_that_were_asked_for) {
  exchange with;
  const auto code = code_of(with, "granted=example:note:delete&granted=openid");
  EXPECT_EQ(json_of(with.post_form("/token", redemption(code))).at("scope"), "openid");
}

TEST(token, takes_a_code_once) {
  exchange with;
  const auto code = code_of(with);
  EXPECT_EQ(with.post_form("/token", redemption(code)).code(), status::ok);
  EXPECT_EQ(error_of(with.post_form("/token", redemption(code))), "invalid_grant");
}

TEST(token, takes_no_code_after_a_minute) {
  exchange with;
  const auto code = code_of(with);
  with.clock.advance(60s);
  EXPECT_EQ(error_of(with.post_form("/token", redemption(code))), "invalid_grant");
}

TEST(token, uses_up_a_code_that_came_with_the_wrong_proof) {
  const std::vector<std::pair<std::string, std::string>> changes{
      {verifier, std::string(43, 'x')},
      {form_escaped(redirect_uri), form_escaped("https://127.0.0.1:8443/docs/oauth2-redirect")},
  };
  for (const auto& [from, to] : changes) {
    exchange with;
    const auto good = redemption(code_of(with));
    auto bad = good;
    bad.replace(bad.find(from), from.size(), to);
    EXPECT_EQ(error_of(with.post_form("/token", bad)), "invalid_grant") << to;
    EXPECT_EQ(error_of(with.post_form("/token", good)), "invalid_grant") << to;
  }
}

TEST(token, is_given_to_a_service) {
  exchange with;
  const std::string body = "grant_type=client_credentials&scope=a+b";
  // example-service:secret
  const auto basic =
      with.post_form("/token", body, {{"Authorization", "Basic ZXhhbXBsZS1zZXJ2aWNlOnNlY3JldA=="}});
  EXPECT_EQ(json_of(basic).at("scope"), "a b");
  const auto posted =
      with.post_form("/token", body + "&client_id=example-service&client_secret=secret");
  const auto token = std::string{json_of(posted).at("access_token").as_string()};
  EXPECT_THAT(claims_of_token(token), HasSubstr(R"("sub":"example-service")"));
}

struct bad_token_request {
  const char* body;
  const char* error;
  fields with = {};
};

TEST(token, refuses_with_the_error_of_the_standard) {
  const std::vector<bad_token_request> cases{
      {"", "invalid_request"},
      {"a=%zz", "invalid_request"},
      {"client_id=example-api", "invalid_request"},
      {"grant_type=client_credentials", "invalid_client"},
      {"grant_type=client_credentials&client_id=example-service", "invalid_client"},
      {"grant_type=client_credentials&client_id=example-service&client_secret=x", "invalid_client"},
      {"grant_type=client_credentials&client_id=other&client_secret=secret", "invalid_client"},
      {"grant_type=authorization_code&client_id=example-api&client_secret=x", "invalid_client"},
      {"grant_type=client_credentials&client_id=example-api", "unauthorized_client"},
      {"grant_type=authorization_code&client_id=example-service&client_secret=secret",
       "unauthorized_client"},
      {"grant_type=password&client_id=example-api", "unsupported_grant_type"},
      {"grant_type=authorization_code&client_id=example-api&code=x", "invalid_request"},
      {"grant_type=authorization_code&client_id=example-api&code=x&code_verifier=y",
       "invalid_grant"},
      {"grant_type=a&grant_type=a&client_id=example-api", "invalid_request"},
      {"grant_type=client_credentials&client_id=example-service&client_secret=secret&scope=%22",
       "invalid_scope"},
      {"grant_type=client_credentials", "invalid_client", {{"Authorization", "Basic !!!!"}}},
      {"grant_type=client_credentials", "invalid_client", {{"Authorization", "Bearer x"}}},
      {"grant_type=client_credentials&client_id=other",
       "invalid_client",
       {{"Authorization", "Basic ZXhhbXBsZS1zZXJ2aWNlOnNlY3JldA=="}}},
  };
  for (const auto& one : cases) {
    exchange with;
    const auto answer = with.post_form("/token", one.body, one.with);
    EXPECT_EQ(error_of(answer), one.error) << one.body;
    EXPECT_EQ(field_of(answer, "cache-control"), "no-store");
    const bool client = std::string_view{one.error} == "invalid_client";
    EXPECT_EQ(answer.code(), client ? status::unauthorized : status::bad_request) << one.body;
  }
}

TEST(token, asks_for_a_form) {
  exchange with;
  const auto answer = with.send(http::verb::post, "/token", redemption(code_of(with)),
                                {{"Content-Type", "text/plain"}});
  EXPECT_EQ(error_of(answer), "invalid_request");
}

TEST(token, answers_the_preflight_of_known_pages_only) {
  exchange with;
  const auto known =
      with.send(http::verb::options, "/token", {}, {{"Origin", "https://127.0.0.1:8443"}});
  EXPECT_EQ(known.code(), status::no_content);
  EXPECT_EQ(field_of(known, "access-control-allow-origin"), "https://127.0.0.1:8443");
  EXPECT_EQ(field_of(known, "access-control-allow-methods"), "POST");
  for (const auto* origin : {"https://127.0.0.1", "https://127.0.0.1:8443.evil.example", "null"}) {
    const auto other = with.send(http::verb::options, "/token", {}, {{"Origin", origin}});
    EXPECT_EQ(field_of(other, "access-control-allow-origin"), "(absent)") << origin;
    EXPECT_EQ(field_of(other, "access-control-allow-methods"), "(absent)") << origin;
  }
}

TEST(settings, are_checked) {
  EXPECT_NO_THROW(check({}));
  const auto refused = [](auto change) {
    settings wanted;
    change(wanted);
    EXPECT_THROW(check(wanted), std::invalid_argument);
  };
  refused([](settings& s) { s.issuer = "idp"; });
  refused([](settings& s) { s.url = "http://127.0.0.1/"; });
  refused([](settings& s) { s.lifetime = 0s; });
  refused([](settings& s) { s.client_id = ""; });
  refused([](settings& s) { s.client_id = s.service_id; });
  refused([](settings& s) { s.service_secret = ""; });
  refused([](settings& s) { s.redirect_uris = {"javascript:alert(1)"}; });
  refused([](settings& s) { s.redirect_uris = {"https://a.example/#b"}; });
  refused([](settings& s) { s.redirect_uris = {"https://a;script-src%20*/"}; });
  refused([](settings& s) { s.scopes = {"a b"}; });
}

}  // namespace
}  // namespace latchkey::issuer
