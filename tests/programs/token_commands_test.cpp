#include "command_line.hpp"
#include "support/cases.hpp"
#include "support/mint.hpp"
#include "support/temporary.hpp"

#include <latchkey/core/base64url.hpp>

#include <gmock/gmock.h>

namespace latchkey::programs {
namespace {

using support::mint;
using support::minted;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::string unsigned_token(std::string_view header, std::string_view payload) {
  return core::base64url_encode(header) + '.' + core::base64url_encode(payload) + ".AAAA";
}

TEST(token_inspect, shows_header_claims_and_times_and_that_nothing_is_verified) {
  const auto got = call({"token", "inspect", "-"}, mint() + "\n");
  EXPECT_EQ(got.status, exit_ok) << got.err;
  EXPECT_THAT(got.out, StartsWith("NOT VERIFIED: "));
  EXPECT_THAT(got.out.substr(10), HasSubstr("\nNOT VERIFIED: "));
  EXPECT_THAT(got.out, HasSubstr("\n  \"alg\": \"RS256\""));
  EXPECT_THAT(got.out, HasSubstr("\n  \"sub\": \"user1\""));
  EXPECT_THAT(got.out, HasSubstr("  iat  2026-11-23 11:53:44 UTC  (now)\n"));
  EXPECT_THAT(got.out, HasSubstr("  exp  2026-11-23 12:53:44 UTC  (in 1 hour)\n"));
  EXPECT_THAT(got.out, HasSubstr("256 bytes, not checked"));
  EXPECT_THAT(got.err, IsEmpty());
}

TEST(token_inspect, takes_the_token_as_an_argument_too) {
  EXPECT_EQ(call({"token", "inspect", mint()}).status, exit_ok);
}

TEST(token_inspect, decodes_what_would_be_refused_and_says_why_it_would_be) {
  const auto token = unsigned_token(R"({"alg":"RS256","crit":["x"]})", R"({"sub":"a"})");
  const auto got = call({"token", "inspect", token});
  EXPECT_EQ(got.status, exit_refused);
  EXPECT_THAT(got.out, HasSubstr("\"crit\""));
  EXPECT_THAT(got.out, HasSubstr("\"sub\": \"a\""));
  EXPECT_THAT(got.err, HasSubstr("refused in any case: crit_not_supported"));
}

TEST(token_inspect, what_a_stranger_wrote_cannot_control_the_terminal) {
  const auto token = unsigned_token(R"({"alg":"RS256"})", "{\"sub\":\"\\u001b[2J\xC2\x9B\"}");
  const auto got = call({"token", "inspect", token});
  EXPECT_THAT(got.out, HasSubstr(R"("\u001b[2J\u009b")"));
  EXPECT_EQ(got.out.find('\x1B'), got.out.npos);
}

TEST(token_inspect, times_past_all_calendars_are_left_alone) {
  const auto token = unsigned_token(
      R"({"alg":"RS256"})", R"({"exp":1e300,"nbf":-1e300,"iat":253402300800,"auth_time":"x"})");
  const auto got = call({"token", "inspect", token});
  EXPECT_THAT(got.out, HasSubstr("  iat  253402300800  ("));
  EXPECT_EQ(got.out.find("  exp  "), got.out.npos);
}

TEST(token_inspect, what_is_no_token_is_refused) {
  EXPECT_THAT(call({"token", "inspect", "a.b"}).err, HasSubstr("it has 2 parts"));
  EXPECT_EQ(call({"token", "inspect", "a.b"}).status, exit_refused);
  EXPECT_EQ(call({"token", "inspect", "a.b.c.d"}).status, exit_refused);
  EXPECT_EQ(call({"token", "inspect", "!.!.!"}).status, exit_refused);
  EXPECT_EQ(call({"token", "inspect", "-"}, " \n").status, exit_usage);
  EXPECT_EQ(call({"token", "inspect", "-"}, std::string(70'000, 'a')).status, exit_usage);
}

class token_verify : public testing::Test {
 protected:
  outcome verify(const std::string& token, std::vector<std::string> more = {}) {
    std::vector<std::string> args = {
        "token",      "verify", "-", "--jwks", keys_, "--issuer", "https://idp.example/",
        "--audience", "account"};
    args.insert(args.end(), more.begin(), more.end());
    return call(args, token);
  }
  outcome verify_by_config(const std::string& token, std::vector<std::string> more = {}) {
    const auto file = folder_.write("c.toml", test_config).string();
    std::vector<std::string> args = {"token", "verify", "-", "--jwks", keys_, "--config", file};
    args.insert(args.end(), more.begin(), more.end());
    return call(args, token);
  }

  static std::string with_claim(const boost::json::object& more) {
    return support::issuer_key().sign_claims(support::claims_json({}, more));
  }

  support::temporary_folder folder_;
  std::string keys_ = folder_.write("keys.json", support::jwks()).string();
};

TEST_F(token_verify, a_good_token_is_valid) {
  for (const auto& got : {verify(mint()), verify_by_config(mint())}) {
    EXPECT_EQ(got.status, exit_ok) << got.err;
    EXPECT_EQ(got.out,
              "valid\n"
              "  issuer   \"https://idp.example/\"\n"
              "  subject  \"user1\"\n"
              "  scopes   \"example:note:read\"\n"
              "  expires  2026-11-23 12:53:44 UTC (in 1 hour)\n");
    EXPECT_THAT(got.err, IsEmpty());
  }
}

TEST_F(token_verify, one_of_several_audiences_is_enough) {
  EXPECT_EQ(verify(mint({.audience = "other"}), {"--audience", "other"}).status, exit_ok);
}

TEST_F(token_verify, time_can_be_given) {
  // A minute lies between the clocks at most.
  EXPECT_EQ(verify(mint(), {"--now", "1795438483"}).status, exit_ok);
  const auto late = verify(mint(), {"--now", "1795438484"});
  EXPECT_EQ(late.status, exit_refused);
  EXPECT_THAT(late.err, HasSubstr("judged at 2026-11-23 12:54:44 UTC"));
}

TEST_F(token_verify, of_one_that_is_out_of_time_it_is_told_when_and_beside_which_clock) {
  const auto ended = verify(mint({.lifetime = -3600}));
  EXPECT_THAT(ended.err,
              HasSubstr("it ended at 2026-11-23 10:53:44 UTC (1 hour ago); it was made at "
                        "2026-11-23 11:53:44 UTC (now); this machine's clock says "
                        "2026-11-23 11:53:44 UTC, and clock_skew allows 60 s. "));
  EXPECT_THAT(ended.err,
              HasSubstr("Get a new token; if this one is new, the clocks differ: latchkey "
                        "doctor compares them."));
  // 1795434884 is now.
  const auto begins = verify(with_claim({{"nbf", 1'795'438'484}, {"iat", 1'795'435'484}}));
  EXPECT_THAT(begins.err, HasSubstr("not_yet_valid"));
  EXPECT_THAT(begins.err, HasSubstr("it begins at 2026-11-23 12:54:44"));
  EXPECT_THAT(begins.err,
              HasSubstr("The token is of the future: this clock is at least 660 s behind "
                        "the issuer's; set it."));
}

TEST_F(token_verify, the_check_that_refused_is_named) {
  auto changed = mint();
  changed[changed.rfind('.') + 10] = changed[changed.rfind('.') + 10] == 'A' ? 'B' : 'A';
  const std::pair<std::string, const char*> cases[] = {
      {"a.b", "check of the form: not_three_parts"},
      {unsigned_token(R"({"alg":"none"})", "{}"), "check of the header: alg_not_allowed"},
      {mint({}, support::second_key()), "check of the key: unknown_key"},
      {changed, "check of the signature: bad_signature"},
      {mint({.issuer = "https://other.example/"}), "check of the claims: issuer_mismatch"},
      {mint({.audience = "other"}), "check of the claims: audience_mismatch"},
      {mint({.lifetime = -60}), "check of the claims: expired"},
      {with_claim({{"cnf", {{"jkt", "a"}}}}), "check of the claims: token_bound"},
  };
  for (const auto& [token, expected] : cases) {
    const auto got = verify(token);
    EXPECT_EQ(got.status, exit_refused) << expected;
    EXPECT_THAT(got.err, HasSubstr(expected));
    EXPECT_THAT(got.out, IsEmpty());
  }
}

TEST_F(token_verify, the_key_set_is_told_for_an_unknown_key) {
  EXPECT_THAT(verify(mint({}, support::second_key())).err,
              HasSubstr("the token names \"k2\", the key set has: \"k1\""));
}

TEST_F(token_verify, a_configuration_brings_issuers_limits_and_skew) {
  EXPECT_THAT(verify_by_config(mint({.issuer = "https://other.example/"})).err,
              HasSubstr("check of the issuer: issuer_unknown"));
  EXPECT_THAT(verify_by_config("a.b").err, HasSubstr("check of the form: not_three_parts"));
  EXPECT_THAT(verify_by_config(mint(), {"--set", "server.limits.token_bytes=256"}).err,
              HasSubstr("check of the form: token_too_large"));
  EXPECT_EQ(verify_by_config(mint({.lifetime = -5})).status, exit_ok);
  EXPECT_EQ(verify_by_config(mint({.lifetime = -5}), {"--set", "issuer.0.clock_skew=5s"}).status,
            exit_refused);
}

TEST_F(token_verify, a_configuration_brings_the_limits_of_its_key_sets) {
  const auto with_more = [this](std::size_t count, std::size_t bytes) {
    auto text = support::jwks();
    std::string more;
    for (std::size_t i = 0; i < count; ++i) more += R"(,{"kty":"oct","k":"AAAA"})";
    more += std::string(bytes, ' ');
    text.insert(text.rfind(']'), more);
    keys_ = folder_.write("more.json", text).string();
  };
  with_more(3, 0);
  EXPECT_EQ(verify_by_config(mint()).status, exit_ok);
  const auto few = verify_by_config(mint(), {"--set", "issuer.0.cache.max_keys=3"});
  EXPECT_EQ(few.status, exit_usage);
  EXPECT_THAT(few.err, HasSubstr("not a usable JWK set: too_many_keys"));
  with_more(120, 0);
  EXPECT_EQ(verify_by_config(mint()).status, exit_usage);
  EXPECT_EQ(verify_by_config(mint(), {"--set", "issuer.0.cache.max_keys=121"}).status, exit_ok);
  with_more(0, 600'000);
  EXPECT_THAT(verify_by_config(mint()).err, HasSubstr("key_set_too_large"));
  EXPECT_EQ(verify_by_config(mint(), {"--set", "issuer.0.cache.max_bytes=700000"}).status, exit_ok);
}

TEST_F(token_verify, a_configuration_brings_the_rules_of_its_preset) {
  const std::vector<std::string> preset = {"--set", "issuer.0.preset=auth0"};
  const auto unmarked = verify_by_config(mint(), preset);
  EXPECT_EQ(unmarked.status, exit_refused);
  EXPECT_THAT(unmarked.err, HasSubstr("check of the claims: claim_missing"));
  EXPECT_THAT(unmarked.err, HasSubstr("required: \"azp\", \"client_id\"\n"));
  const auto access_token =
      support::issuer_key().sign_claims(support::claims_json({}, {{"azp", "my_client"}}));
  EXPECT_EQ(verify_by_config(access_token, preset).status, exit_ok);
  const auto typed = verify_by_config(access_token, {"--set", "issuer.0.require_typ=at+jwt"});
  EXPECT_THAT(typed.err, HasSubstr("check of the header: typ_not_accepted"));
  EXPECT_EQ(verify_by_config(mint(), {"--set", "issuer.0.scope_claims=[\"scp\"]"})
                .out.find("example:note"),
            std::string::npos);
}

TEST_F(token_verify, a_configuration_brings_what_becomes_of_age_binding_and_tenants) {
  const auto old = verify_by_config(mint({.issued_at = 1'795'434'824 - 1000}),
                                    {"--set", "issuer.0.max_token_age=10m"});
  EXPECT_THAT(old.err, HasSubstr("check of the claims: token_too_old"));
  EXPECT_THAT(old.err, HasSubstr("600 seconds old (max_token_age)"));
  const auto bound = with_claim({{"cnf", {{"jkt", "a"}}}});
  EXPECT_THAT(verify_by_config(bound).err, HasSubstr("bound_tokens = \"ignore\""));
  EXPECT_EQ(verify_by_config(bound, {"--set", "issuer.0.bound_tokens=ignore"}).status, exit_ok);
  const std::string tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
  const std::vector<std::string> several = {"--set",
                                            "issuer.0.issuer=https://idp.example/{tenantid}",
                                            "--set", "issuer.0.tenants=[\"" + tenant + "\"]"};
  const auto of_tenant = [&tenant](const std::string& tid) {
    return support::issuer_key().sign_claims(
        support::claims_json({.issuer = "https://idp.example/" + tenant}, {{"tid", tid}}));
  };
  EXPECT_EQ(verify_by_config(of_tenant(tenant), several).status, exit_ok);
  EXPECT_THAT(verify_by_config(of_tenant("x"), several).err,
              HasSubstr("check of the claims: tenant_mismatch"));
  EXPECT_THAT(verify_by_config(mint(), several).err, HasSubstr("issuer_unknown"));
  const auto of_nobody = mint({.issuer = "https://idp.example/{tenantid}"});
  EXPECT_THAT(verify_by_config(of_nobody, several).err, HasSubstr("issuer_unknown"));
}

TEST_F(token_verify, a_required_claim_of_any_type_is_told) {
  const std::vector<std::string> required = {
      "--set", "issuer.0.required_claim.0.names=[\"a\"]",
      "--set", "issuer.0.required_claim.0.values=[true, 2, \"x\"]",
      "--set", "issuer.0.required_claim.1.names=[\"b.c\"]",
      "--set", "issuer.0.required_claim.1.contains=[\"y\"]"};
  EXPECT_THAT(verify_by_config(mint(), required).err,
              HasSubstr("required: \"a\" one of: true, 2, \"x\"; \"b.c\" with one of these in it: "
                        "\"y\""));
  EXPECT_EQ(
      verify_by_config(with_claim({{"a", true}, {"b", {{"c", {"x", "y"}}}}}), required).status,
      exit_ok);
}

TEST_F(token_verify, what_is_no_scope_is_told) {
  const auto got = verify(with_claim({{"permissions", {{{"rsid", "1"}}}}}));
  EXPECT_EQ(got.status, exit_ok);
  EXPECT_THAT(got.out, HasSubstr("scopes   \"example:note:read\"\n"));
  EXPECT_THAT(got.out, HasSubstr("(in \"permissions\" there is what is no scope)"));
}

TEST_F(token_verify, a_token_for_microsoft_graph_is_told_and_how_to_ask_for_another) {
  const auto entra = [](const std::string& header, const std::string& audience) {
    auto text = support::issuer_key().sign(
        header,
        support::claims_json({.issuer = "https://sts.windows.net/t/", .audience = audience}));
    // The signature is over another header.
    const auto at = text.rfind('.') + 5;
    text[at] = text[at] == 'A' ? 'B' : 'A';
    return text;
  };
  const std::string header = R"({"typ":"JWT","alg":"RS256","kid":"k1","nonce":"a"})";
  const std::string plain = R"({"typ":"JWT","alg":"RS256","kid":"k1"})";
  const auto verify_v1 = [this](const std::string& token) {
    return call({"token", "verify", "-", "--jwks", keys_, "--issuer", "https://sts.windows.net/t/",
                 "--audience", "account"},
                token);
  };
  const auto told = HasSubstr("Ask for one for this API");
  const auto preset = verify_by_config(
      entra(header, "https://graph.microsoft.com"),
      {"--set", "issuer.0.issuer=https://sts.windows.net/t/", "--set", "issuer.0.preset=entra"});
  EXPECT_THAT(preset.err, HasSubstr("check of the signature: token_for_graph"));
  EXPECT_THAT(preset.err, told);
  EXPECT_THAT(verify_v1(entra(header, "account")).err, told);
  EXPECT_THAT(verify_v1(entra(plain, "00000003-0000-0000-c000-000000000000")).err, told);
  // The server knows the issuer of the other version only.
  EXPECT_THAT(verify_by_config(entra(header, "https://graph.microsoft.com")).err, told);
  EXPECT_THAT(call({"token", "inspect", entra(header, "https://graph.microsoft.com")}).out, told);
  EXPECT_THAT(verify_v1(entra(plain, "account")).err, testing::Not(told));
}

TEST_F(token_verify, files_that_cannot_be_used_are_no_verdict) {
  keys_ = folder_.write("bad.json", "{}").string();
  const auto no_keys = verify(mint());
  EXPECT_EQ(no_keys.status, exit_usage);
  EXPECT_THAT(no_keys.err, HasSubstr("bad.json: not a usable JWK set: bad_key_set"));
  keys_ = folder_.write("keys.json", support::jwks()).string();
  EXPECT_EQ(verify_by_config(mint(), {"--set", "server.workers=no"}).status, exit_usage);
}

TEST_F(token_verify, every_key_is_told_with_its_reason_where_none_can_be_used) {
  keys_ = folder_.write("none.json", R"({"keys":[{"kty":"oct","kid":"a"},{"kty":"EC"}]})").string();
  const auto got = verify(mint());
  EXPECT_EQ(got.status, exit_usage);
  EXPECT_THAT(got.err, HasSubstr("key \"a\" is not used: kty_not_supported (the key type is not "
                                 "supported)\n"));
  EXPECT_THAT(got.err, HasSubstr("key \"\" is not used: bad_jwk"));
  EXPECT_THAT(got.err, HasSubstr("not a usable JWK set: no_usable_key"));
}

TEST_F(token_verify, a_key_whose_text_is_unusual_is_told) {
  auto text = support::jwks();
  text.replace(text.find("\"AQAB\""), 6, "\"AAEAAQ==\"");
  keys_ = folder_.write("odd.json", text).string();
  const auto got = verify(mint());
  EXPECT_EQ(got.status, exit_ok) << got.err;
  EXPECT_THAT(got.err, HasSubstr("key \"k1\" is used, but not as RFC 7518 writes it: padding "
                                 "leading_zeros\n"));
}

TEST_F(token_verify, a_token_that_names_no_key_is_told_what_it_could_mean) {
  const auto nameless = support::issuer_key().sign(R"({"alg":"RS256"})", support::claims_json());
  EXPECT_EQ(verify(nameless).status, exit_ok);
  keys_ = folder_.write("two.json", support::jwks({&support::issuer_key(), &support::second_key()}))
              .string();
  EXPECT_THAT(verify(nameless).err, HasSubstr("check of the key: kid_missing"));
  EXPECT_THAT(verify(nameless).err, HasSubstr("the key set has several for \"RS256\""));
}

TEST_F(token_verify, a_key_that_is_not_used_is_told) {
  auto both = support::jwks();
  both.insert(both.rfind(']'), R"(,{"kty":"oct","kid":"e1","k":"AAAA"})");
  keys_ = folder_.write("both.json", both).string();
  const auto got = verify(mint());
  EXPECT_EQ(got.status, exit_ok);
  EXPECT_THAT(got.err, HasSubstr("key \"e1\" is not used: kty_not_supported"));
}

}  // namespace
}  // namespace latchkey::programs
