#include "support/mint.hpp"

#include <latchkey/app/config_load.hpp>

#include <doctor/judge_token.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <string>

namespace latchkey::doctor {
namespace {

using testing::HasSubstr;

constexpr core::wall_time now{std::chrono::seconds{1'795'434'824}};

app::config loaded() {
  return app::parse_config(R"([server.tls]
certificate = "server.pem"
private_key = "server.key"
[[issuer]]
issuer = "https://first.example/"
jwks_uri = "https://first.example/keys"
audiences = ["account"]
[[issuer]]
issuer = "https://idp.example/"
jwks_uri = "https://idp.example/keys"
audiences = ["account"]
[[upstream]]
name = "a"
addresses = ["http://127.0.0.1:9000"]
[[route]]
path = "/notes"
methods = ["GET"]
scopes = ["example:note:read"]
handler = "notes.read"
[[route]]
path = "/notes"
methods = ["POST"]
scopes = ["example:note:read", "example:note:create"]
handler = "notes.create"
[[route]]
path = "/open/*"
methods = ["*"]
public = true
upstream = "a"
[[route]]
path = "/api/*"
methods = ["*"]
upstream = "a"
)",
                           {"/etc/latchkey/c.toml", {}, {}, false, {}})
      .value();
}

findings judge(const std::string& token, bool with_keys = true) {
  const auto keys = jose::key_set::parse(support::jwks());
  return judge_token(token, loaded(), {nullptr, with_keys ? *keys : nullptr}, now);
}

TEST(doctor_token, that_is_accepted_opens_these_routes) {
  const auto all = judge(support::mint());
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[0].state, grade::ok);
  EXPECT_THAT(all[0].found,
              HasSubstr("accepted: issuer \"https://idp.example/\", subject \"user1\", "
                        "scopes example:note:read, until 2026-11-23 12:53:44 UTC"));
  EXPECT_EQ(all[1], good("token", "GET /notes", "opened"));
  EXPECT_EQ(all[2], good("token", "POST /notes",
                         "not opened: the token lacks the scope example:note:create"));
  EXPECT_EQ(all[3], good("token", "* /api/*", "opened"));
}

TEST(doctor_token, that_is_refused_is_a_fault_with_the_check_that_did_it) {
  struct {
    std::string token;
    const char* found;
    const char* advice;
  } const cases[] = {
      {support::mint({.lifetime = -60}), "refused by the check of the claims: expired",
       "it ended at 2026-11-23 11:52:44 UTC (1 minute ago)"},
      {support::mint({.audience = "other"}), "audience_mismatch",
       "it is for \"other\". Have the client ask for a token of this API, or, if that name is this "
       "API's, add it to `audiences` of the issuer. judged at 2026-11-23 11:53:44 UTC, issuer "
       "\"https://idp.example/\", aud one of: \"account\""},
      {support::mint({}, support::second_key()), "check of the key: unknown_key",
       "the key set has: \"k1\""},
      {support::mint({.issuer = "https://idp.example"}),
       "no [[issuer]] of the configuration is \"https://idp.example\" (issuer_unknown); "
       "configured: "
       "\"https://first.example/\", \"https://idp.example/\"",
       "a slash at the end"},
      {support::mint({.issuer = "https://first.example/"}),
       "cannot be judged: the keys of https://first.example/", "these keys"},
      {"a.b", "refused by the check of the form", "token inspect"},
  };
  for (const auto& one : cases) {
    const auto all = judge(one.token);
    ASSERT_EQ(all.size(), 1U) << one.found;
    EXPECT_EQ(all[0].state, grade::fault);
    EXPECT_THAT(all[0].found, HasSubstr(one.found));
    EXPECT_THAT(all[0].advice, HasSubstr(one.advice));
  }
}

TEST(doctor_token, its_signature_is_not_shown) {
  const auto token = support::mint();
  const auto signature = token.substr(token.rfind('.') + 1);
  for (const auto& keys : {true, false}) {
    for (const auto& one : judge(token, keys)) {
      EXPECT_EQ((one.found + one.advice).find(signature.substr(0, 20)), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace latchkey::doctor
