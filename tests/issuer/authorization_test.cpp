#include "issuer/authorization.hpp"

#include "exchange.hpp"
#include "support/cases.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace latchkey::issuer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string sound =
    std::string{"response_type=code&client_id=example-api&redirect_uri="} +
    form_escaped(redirect_uri) +
    "&state=s%201&scope=openid+example:note:read&code_challenge=" + challenge +
    "&code_challenge_method=S256";

authorization_result judged(const std::string& query) {
  return judge(form::parse(query).value(), settings{});
}

std::string replaced(const std::string& from, const std::string& to) {
  auto text = sound;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(authorization, takes_a_sound_request) {
  const auto found = judged(sound);
  const auto& asked = std::get<authorization>(found);
  EXPECT_EQ(asked.client_id, "example-api");
  EXPECT_EQ(asked.redirect_uri, redirect_uri);
  EXPECT_EQ(asked.state, "s 1");
  EXPECT_EQ(asked.challenge, challenge);
  EXPECT_THAT(asked.scopes.items(), ElementsAre("openid", "example:note:read"));
}

struct bad_request {
  const char* name;
  std::string query;
  const char* error;  // empty: shown, not sent back
};

class refused_request : public testing::TestWithParam<bad_request> {};

TEST_P(refused_request, goes_where_it_must) {
  const auto found = judged(GetParam().query);
  if (*GetParam().error == '\0') {
    EXPECT_TRUE(std::holds_alternative<shown_fault>(found));
    return;
  }
  const auto* returned = std::get_if<returned_fault>(&found);
  ASSERT_NE(returned, nullptr);
  EXPECT_EQ(returned->error, GetParam().error);
  EXPECT_EQ(returned->redirect_uri, redirect_uri);
}

const std::string escaped_uri = form_escaped(redirect_uri);

INSTANTIATE_TEST_SUITE_P(
    all, refused_request,
    testing::Values(
        bad_request{"no_client", replaced("client_id=example-api", ""), ""},
        bad_request{"other_client", replaced("example-api", "example-ap"), ""},
        bad_request{"two_clients", sound + "&client_id=example-api", ""},
        bad_request{"no_redirect", replaced("redirect_uri=" + escaped_uri, ""), ""},
        bad_request{"longer_redirect", replaced(escaped_uri, escaped_uri + "%2Fx"), ""},
        bad_request{"other_case", replaced("https", "HTTPS"), ""},
        bad_request{"other_port", replaced("8443", "8444"), ""},
        bad_request{"foreign_redirect", replaced(escaped_uri, "https://evil.example/"), ""},
        bad_request{"two_redirects", sound + "&redirect_uri=https://evil.example/", ""},
        bad_request{"token_flow", replaced("response_type=code", "response_type=token"),
                    "unsupported_response_type"},
        bad_request{"no_flow", replaced("response_type=code", ""), "unsupported_response_type"},
        bad_request{"plain_challenge", replaced("S256", "plain"), "invalid_request"},
        bad_request{"no_method", replaced("&code_challenge_method=S256", ""), "invalid_request"},
        bad_request{"no_challenge", replaced(challenge, ""), "invalid_request"},
        bad_request{"short_challenge", replaced(challenge, "abcd"), "invalid_request"},
        bad_request{"two_states", sound + "&state=t", "invalid_request"},
        bad_request{"long_state", replaced("s%201", std::string(3000, 'x')), "invalid_request"},
        bad_request{"bad_scope", replaced("openid", "a%22b"), "invalid_scope"}),
    support::case_name);

TEST(authorization, never_sends_back_a_state_that_is_too_long) {
  const auto found = judged(replaced("s%201", std::string(3000, 'x')));
  EXPECT_EQ(std::get<returned_fault>(found).state, "");
}

TEST(authorization, bounds_the_scopes) {
  std::string scopes;
  for (int i = 0; i < 33; ++i) scopes += "s" + std::to_string(i) + '+';
  EXPECT_TRUE(std::holds_alternative<returned_fault>(judged(replaced("openid", scopes))));
}

TEST(authorization, writes_its_answers_into_the_query) {
  auto asked = std::get<authorization>(judged(sound));
  EXPECT_EQ(with_code(asked, "c&d"), std::string{redirect_uri} + "?code=c%26d&state=s%201");
  asked.state.clear();
  asked.redirect_uri = "https://a.example/b?c=d";
  EXPECT_EQ(with_code(asked, "e"), "https://a.example/b?c=d&code=e");
  EXPECT_EQ(with_error({redirect_uri, "s", "access_denied", "no no"}),
            std::string{redirect_uri} + "?error=access_denied&error_description=no%20no&state=s");
}

TEST(authorization, names_the_origin) {
  EXPECT_EQ(origin_of("https://localhost:8443/docs/x"), "https://localhost:8443");
  EXPECT_EQ(origin_of("http://a"), "http://a");
  EXPECT_EQ(origin_of("http://a?b=/c"), "http://a");
}

TEST(pkce, compares_the_digest_of_the_verifier) {
  EXPECT_TRUE(proves(verifier, challenge));
  EXPECT_FALSE(proves(std::string{verifier} + "x", challenge));
  EXPECT_FALSE(proves(challenge, challenge));
  EXPECT_FALSE(proves("", challenge));
  // Outside the grammar of a verifier, though the digest fits.
  EXPECT_FALSE(proves("short", "-bDsxTMTIy6-DlDVyZRpkW0xb_AN2p46YhJKvEmxgEI"));
}

}  // namespace
}  // namespace latchkey::issuer
