#include "support/mint.hpp"

#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/jwks_settings.hpp>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctor/judge_keys.hpp>
#include <gmock/gmock.h>

namespace latchkey::doctor {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

seen_keys fetched(const core::result<http::fetched>& got,
                  std::vector<std::string> algorithms = {"RS256"}) {
  return {"issuer.0",
          "https://idp.example/keys",
          std::move(algorithms),
          auth::judge_fetch(got, {}, {}),
          {}};
}

http::fetched answer(unsigned status, std::string body) {
  http::fetched made;
  made.status = status;
  made.body = std::move(body);
  return made;
}

TEST(doctor_keys, are_counted_with_what_they_are_good_for) {
  const auto all = judge_keys(fetched(answer(200, support::jwks()), {"RS256", "ES256"}));
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].state, grade::ok);
  EXPECT_THAT(all[0].found, HasSubstr("1 key, kid k1"));
  EXPECT_THAT(all[0].found, HasSubstr("; accepted: RS256"));
}

TEST(doctor_keys, none_for_an_algorithm_that_is_accepted_is_a_fault) {
  const auto all = judge_keys(fetched(answer(200, support::jwks()), {"ES256"}));
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].state, grade::fault);
  EXPECT_THAT(all[0].found, HasSubstr("configured: ES256, so no token is accepted"));
  EXPECT_THAT(all[0].advice, HasSubstr("set algorithms of issuer.0"));
}

TEST(doctor_keys, of_those_that_are_rejected_the_reason_is_told) {
  auto document = boost::json::parse(support::jwks()).as_object();
  auto& keys = document["keys"].as_array();
  auto encrypting = boost::json::parse(support::second_key().public_jwk()).as_object();
  encrypting["use"] = "enc";
  encrypting.erase("alg");
  keys.push_back(encrypting);
  keys.push_back({{"kty", "RSA"}, {"kid", "broken"}, {"n", "AA"}});
  const auto all = judge_keys(fetched(answer(200, boost::json::serialize(document))));
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].state, grade::ok);
  EXPECT_EQ(all[1].state, grade::ok);
  EXPECT_THAT(all[1].found, HasSubstr("(RSA) is not used: "));
  EXPECT_THAT(all[1].found, HasSubstr("key_use_not_sig"));
  EXPECT_EQ(all[2].state, grade::warning);
  EXPECT_THAT(all[2].found, HasSubstr("the key broken (RSA) is not used: "));
}

TEST(doctor_keys, what_is_no_key_set_says_what_to_do) {
  struct {
    core::result<http::fetched> got;
    const char* found;
    const char* advice;
  } const cases[] = {
      {answer(404, ""), "status 404", "correct jwks_uri"},
      {answer(401, ""), "status 401", "[[issuer.header]]"},
      {answer(503, ""), "status 503", "the provider itself fails"},
      {answer(302, ""), "status 302", "redirects are not followed"},
      {answer(418, ""), "status 418", "look whether that is the address"},
      {answer(200, "<html>"), "no keys from https://idp.example/keys", "no JWK set"},
      {answer(200, R"({"keys":[]})"), "no keys", "no JWK set"},
      {make_error_code(boost::system::errc::timed_out), "no keys", "takes too long"},
      {make_error_code(boost::system::errc::connection_refused), "Connection refused",
       "see what the lines above say"},
      {make_error_code(auth::errc::metadata_issuer), "metadata_issuer",
       "set issuer of issuer.0 to exactly what the metadata names"},
  };
  for (const auto& one : cases) {
    auto seen = fetched(one.got);
    const auto all = judge_keys(seen);
    ASSERT_FALSE(all.empty());
    EXPECT_EQ(all[0].state, grade::fault);
    EXPECT_THAT(all[0].found, HasSubstr(one.found));
    EXPECT_THAT(all[0].advice, HasSubstr(one.advice));
    EXPECT_THAT(all[0].found, testing::Not(HasSubstr("internal_error")));
  }
}

TEST(doctor_keys, what_the_source_tells_is_told) {
  auto seen = fetched(make_error_code(auth::errc::metadata_issuer));
  seen.source = "discovery";
  seen.last = {"https://idp.example/.well-known/openid-configuration", "\"https://other/\"",
               "\"https://idp.example\""};
  EXPECT_THAT(judge_keys(seen)[0].found,
              HasSubstr("; asked: https://idp.example/.well-known/openid-configuration; found: "
                        "\"https://other/\"; expected: \"https://idp.example\""));
}

TEST(doctor_keys, metadata_that_name_another_issuer_are_a_warning) {
  const auto all = judge_metadata("issuer.0", "https://idp.example", auth::errc::metadata_issuer,
                                  {"", "\"https://idp.example/\"", ""});
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].state, grade::warning);
  EXPECT_THAT(all[0].found, HasSubstr("names another issuer: \"https://idp.example/\""));
  EXPECT_THAT(judge_metadata("i", "https://a", auth::errc::metadata_status, {}), SizeIs(0));
  EXPECT_THAT(judge_metadata("i", "https://a", {}, {}), SizeIs(0));
}

}  // namespace
}  // namespace latchkey::doctor
