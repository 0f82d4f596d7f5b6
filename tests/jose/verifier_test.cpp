#include "signature_path.hpp"

#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/verifier.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gtest/gtest.h>
#include <support/mint.hpp>
#include <support/vectors.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

namespace json = boost::json;

constexpr core::wall_time now{std::chrono::seconds{1'795'434'824}};
const claim_rules rules{"https://idp.example/", {"account"}, "aud", std::chrono::seconds{0}};
const header_rules rs256{};

std::shared_ptr<const key_set> keys() {
  static const auto set = key_set::parse(support::jwks());
  return *set;
}

std::string code(const core::error_code& error) {
  return std::string{reason(error)};
}

std::string outcome(const core::result<core::principal>& checked) {
  return checked ? "accepted" : code(checked.error());
}

std::string judge(const std::string& token, const header_rules& header = rs256) {
  return outcome(verify(token, *keys(), rules, header, now));
}

TEST(Verifier, takes_a_good_token) {
  const auto who = verify(support::mint(), *keys(), rules, rs256, now);
  ASSERT_TRUE(who) << reason(who.error());
  EXPECT_EQ(who->subject, "user1");
  EXPECT_TRUE(who->scopes.contains("example:note:read"));
}

TEST(Verifier, names_the_first_check_that_fails) {
  const auto& key = support::issuer_key();
  const auto claims = support::claims_json();
  EXPECT_EQ(judge("abc"), "not_three_parts");
  EXPECT_EQ(judge(key.sign(R"({"alg":"HS256","kid":"k1"})", claims)), "alg_not_allowed");
  EXPECT_EQ(judge(key.sign(R"({"alg":"rs256","kid":"k1"})", claims)), "alg_not_allowed");
  EXPECT_EQ(judge(key.sign(R"({"alg":"RS256","kid":"k2"})", claims)), "unknown_key");
  EXPECT_EQ(judge(support::second_key().sign(R"({"alg":"RS256","kid":"k1"})", claims)),
            "bad_signature");
  EXPECT_EQ(judge(support::mint({.audience = "theirs"})), "audience_mismatch");
  EXPECT_EQ(judge(support::mint({.lifetime = 0})), "expired");
}

TEST(Verifier, an_algorithm_that_is_not_configured_or_not_implemented_is_not_allowed) {
  EXPECT_EQ(judge(support::mint(), {.algorithms = {}}), "alg_not_allowed");
  EXPECT_EQ(judge(support::mint(), {.algorithms = {algorithm::rs512}}), "alg_not_allowed");
  const auto none = support::issuer_key().sign(R"({"alg":"none","kid":"k1"})", "{}");
  EXPECT_EQ(judge(none, {.algorithms = algorithm_set::all()}), "alg_not_allowed");
}

TEST(Verifier, a_token_without_a_kid_is_checked_with_the_one_key_that_there_can_be) {
  const auto claims = support::claims_json();
  const auto p256 = signing_key::generate(algorithm::es256, "p");
  const auto one = *key_set::parse(support::jwks({&support::issuer_key(), &p256}));
  const auto two = *key_set::parse(support::jwks({&support::issuer_key(), &support::second_key()}));
  for (const std::string kid : {"", R"(,"kid":"")"}) {
    const auto by = [&](const signing_key& key) {
      return key.sign(R"({"alg":"RS256")" + kid + "}", claims);
    };
    const auto good = by(support::issuer_key());
    EXPECT_EQ(outcome(verify(good, *one, rules, rs256, now)), "accepted");
    EXPECT_EQ(outcome(verify(by(support::second_key()), *one, rules, rs256, now)), "bad_signature");
    EXPECT_EQ(outcome(verify(good, *two, rules, rs256, now)), "kid_missing");
    const auto none = *key_set::parse(support::jwks(p256));
    EXPECT_EQ(outcome(verify(good, *none, rules, rs256, now)), "unknown_key");
  }
}

TEST(Verifier, one_kid_may_stand_for_a_key_of_each_algorithm) {
  const auto claims = support::claims_json();
  const auto p256 = signing_key::generate(algorithm::es256, "k1");
  const auto set = *key_set::parse(support::jwks({&p256, &support::issuer_key()}));
  const header_rules both{.algorithms = {algorithm::rs256, algorithm::es256}};
  EXPECT_EQ(outcome(verify(support::mint(), *set, rules, both, now)), "accepted");
  EXPECT_EQ(
      outcome(verify(p256.sign(R"({"alg":"ES256","kid":"k1"})", claims), *set, rules, both, now)),
      "accepted");
}

// RFC 9864.
TEST(Verifier, ed25519_by_its_own_name_is_eddsa) {
  const auto pair = signing_key::generate(algorithm::eddsa, "e");
  const auto set = *key_set::parse(support::jwks(pair));
  const header_rules allowed{.algorithms = {algorithm::eddsa}};
  for (const std::string name : {"EdDSA", "Ed25519"}) {
    const auto text = pair.sign(R"({"kid":"e","alg":")" + name + "\"}", support::claims_json());
    EXPECT_EQ(outcome(verify(text, *set, rules, allowed, now)), "accepted") << name;
    EXPECT_EQ(outcome(verify(text, *set, rules, rs256, now)), "alg_not_allowed") << name;
  }
  const auto other = pair.sign(R"({"kid":"e","alg":"Ed448"})", support::claims_json());
  EXPECT_EQ(outcome(verify(other, *set, rules, allowed, now)), "alg_not_allowed");
}

TEST(Verifier, a_token_for_microsoft_graph_is_told_where_the_issuer_is_entra) {
  const auto headed = [](const std::string& more) {
    auto text = support::issuer_key().sign(R"({"alg":"RS256","kid":"k1")" + more + "}",
                                           support::claims_json());
    // The signature is over another header.
    const auto at = text.rfind('.') + 5;
    text[at] = text[at] == 'A' ? 'B' : 'A';
    return text;
  };
  const std::string nonce = R"(,"nonce":"bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2")";
  const header_rules entra{.graph_nonce = true};
  for (int i = 0; i < 2; ++i) {  // the second time from what is remembered of the header
    EXPECT_EQ(judge(headed(nonce), entra), "token_for_graph");
    EXPECT_EQ(judge(headed(nonce)), "bad_signature");
    EXPECT_EQ(judge(headed(""), entra), "bad_signature");
  }
  // The signature alone decides.
  const auto good = support::issuer_key().sign(R"({"alg":"RS256","kid":"k1")" + nonce + "}",
                                               support::claims_json());
  EXPECT_EQ(judge(good, entra), "accepted");
}

const std::string first_tenant = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11";
const std::string second_tenant = "f1d0b5c7-2a67-4d21-8d53-0c9d7c3f1a10";

std::string of_tenant(const std::string& id) {
  return "https://login.example/" + id + "/v2.0";
}

// The key set with further members in its one key, or in each of several mentions of it.
std::string stating(const std::vector<json::object>& mentions) {
  json::array keys;
  for (const auto& more : mentions) {
    auto jwk = json::parse(support::issuer_key().public_jwk()).as_object();
    for (const auto& member : more) jwk[member.key()] = member.value();
    keys.push_back(std::move(jwk));
  }
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

TEST(Verifier, a_key_signs_for_the_tenant_that_it_names) {
  claim_rules several = rules;
  several.issuer = of_tenant("{tenantid}");
  several.tenants = {first_tenant, second_tenant};
  const auto token = support::issuer_key().sign_claims(
      support::claims_json({.issuer = of_tenant(first_tenant)}, {{"tid", first_tenant}}));
  struct {
    const char* name;
    std::vector<json::object> mentions;
    const char* outcome;
  } const cases[] = {
      {"says nothing", {{}}, "accepted"},
      {"null says nothing", {{{"issuer", nullptr}}}, "accepted"},
      {"its tenant", {{{"issuer", of_tenant(first_tenant)}}}, "accepted"},
      {"any tenant", {{{"issuer", of_tenant("{tenantid}")}}}, "accepted"},
      {"another tenant", {{{"issuer", of_tenant(second_tenant)}}}, "key_of_another_issuer"},
      {"an unlisted tenant",
       {{{"issuer", of_tenant("11111111-1111-4111-8111-111111111111")}}},
       "key_of_another_issuer"},
      {"another template",
       {{{"issuer", "https://other.example/{tenantid}/v2.0"}}},
       "key_of_another_issuer"},
      {"longer", {{{"issuer", of_tenant(first_tenant) + "/"}}}, "key_of_another_issuer"},
      {"in capitals",
       {{{"issuer", "HTTPS://login.example/" + first_tenant + "/v2.0"}}},
       "key_of_another_issuer"},
      {"two mentions, both another's",
       {{{"issuer", of_tenant(second_tenant)}}, {{"issuer", "https://other.example/"}}},
       "key_of_another_issuer"},
      {"two mentions, one its tenant",
       {{{"issuer", of_tenant(second_tenant)}}, {{"issuer", of_tenant(first_tenant)}}},
       "accepted"},
      {"a mention without does not widen",
       {{}, {{"issuer", of_tenant(second_tenant)}}},
       "key_of_another_issuer"},
      {"no text", {{{"issuer", 1}}}, "no_usable_key"},
      {"an empty text", {{{"issuer", ""}}}, "no_usable_key"},
      {"an empty list", {{{"issuer", json::array{}}}}, "no_usable_key"},
      {"a list", {{{"issuer", json::array{of_tenant(first_tenant)}}}}, "no_usable_key"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.name);
    const auto set = key_set::parse(stating(one.mentions));
    EXPECT_EQ(set ? outcome(verify(token, **set, several, rs256, now)) : code(set.error()),
              one.outcome);
  }
}

TEST(Verifier, what_a_key_says_of_its_issuer_counts_with_tenants_only) {
  const auto set = key_set::parse(stating({{{"issuer", "https://other.example/"}}}));
  ASSERT_TRUE(set);
  EXPECT_EQ(outcome(verify(support::mint(), **set, rules, rs256, now)), "accepted");
}

TEST(Verifier, a_key_that_comes_to_name_another_issuer_is_another_key) {
  const auto before = key_set::parse(stating({{}}));
  const auto after =
      key_set::parse(stating({{{"issuer", of_tenant(first_tenant)}}}), {}, before->get());
  const auto same = key_set::parse(stating({{}}), {}, before->get());
  const auto identity = [](const auto& set) { return (*set)->find("k1")->identity(); };
  EXPECT_NE(identity(after), identity(before));
  EXPECT_EQ(identity(same), identity(before));
  EXPECT_FALSE((*after)->same_keys(**before));
}

TEST(Verifier, check_header_alone_refuses_what_is_not_implemented_even_if_all_is_allowed) {
  for (const std::string name : {"none", "None", "HS256", "HS512", "ES512", "rs256", "RSA", ""}) {
    const auto text = support::issuer_key().sign(R"({"kid":"k1","alg":")" + name + "\"}", "{}");
    const auto parsed = parse_token(text);
    ASSERT_TRUE(parsed);
    const auto checked = check_header(*parsed, {.algorithms = algorithm_set::all()});
    ASSERT_TRUE(checked.has_error()) << name;
    EXPECT_EQ(checked.error(), errc::alg_not_allowed) << name;
  }
}

TEST(Verifier, check_header_gives_the_algorithm_and_allows_only_those_listed) {
  for (std::size_t i = 0; i < algorithm_count; ++i) {
    const auto one = static_cast<algorithm>(i);
    const auto text = support::issuer_key().sign(
        R"({"kid":"k1","alg":")" + std::string{name_of(one)} + "\"}", "{}");
    const auto parsed = parse_token(text);
    ASSERT_TRUE(parsed);
    for (std::size_t j = 0; j < algorithm_count; ++j) {
      const auto allowed = static_cast<algorithm>(j);
      const auto checked = check_header(*parsed, {.algorithms = {allowed}});
      EXPECT_EQ(checked.has_value(), one == allowed);
      if (checked) {
        EXPECT_EQ(*checked, one);
      }
    }
  }
}

TEST(Verifier, a_typ_that_is_required_is_the_only_one_taken) {
  const auto claims = support::claims_json();
  const auto with = [&claims](const std::string& typ) {
    return support::issuer_key().sign(R"({"alg":"RS256","kid":"k1")" + typ + "}", claims);
  };
  const std::string absent;
  const std::string jwt = R"(,"typ":"JWT")";
  const std::string at_jwt = R"(,"typ":"at+jwt")";
  const struct {
    required_type required;
    std::string typ;
    std::string outcome;
  } cases[] = {
      {required_type::none, absent, "accepted"},
      {required_type::none, jwt, "accepted"},
      {required_type::none, at_jwt, "accepted"},
      {required_type::none, R"(,"typ":"id+jwt")", "typ_not_accepted"},
      {required_type::none, R"(,"typ":"JOSE")", "accepted"},
      {required_type::jwt, R"(,"typ":"JOSE")", "typ_not_accepted"},
      {required_type::at_jwt, R"(,"typ":"JOSE")", "typ_not_accepted"},
      {required_type::jwt, absent, "typ_not_accepted"},
      {required_type::jwt, jwt, "accepted"},
      {required_type::jwt, at_jwt, "typ_not_accepted"},
      {required_type::at_jwt, absent, "typ_not_accepted"},
      {required_type::at_jwt, jwt, "typ_not_accepted"},
      {required_type::at_jwt, at_jwt, "accepted"},
      {required_type::at_jwt, R"(,"typ":"application/AT+JWT")", "accepted"},
  };
  for (const auto& [required, typ, expected] : cases) {
    EXPECT_EQ(judge(with(typ), {.require_typ = required}), expected)
        << static_cast<int>(required) << typ;
  }
}

// A key set of one key of each family, and tokens by every algorithm.
TEST(Verifier, the_key_decides_which_algorithms_it_serves) {
  std::vector<signing_key> pairs;
  pairs.push_back(signing_key::from_pem(support::issuer_key().to_pem(), "rsa"));
  pairs.push_back(signing_key::generate(algorithm::es256, "p256"));
  pairs.push_back(signing_key::generate(algorithm::es384, "p384"));
  pairs.push_back(signing_key::generate(algorithm::eddsa, "ed25519"));
  json::array jwks;
  for (const auto& pair : pairs) {
    auto jwk = json::parse(pair.public_jwk()).as_object();
    jwk.erase("alg");
    jwks.push_back(jwk);
  }
  const auto set = key_set::parse(json::serialize(json::object{{"keys", jwks}}));
  ASSERT_TRUE(set);
  ASSERT_EQ((*set)->size(), 4U);
  const auto claims = support::claims_json();
  for (std::size_t i = 0; i < algorithm_count; ++i) {
    const auto alg = static_cast<algorithm>(i);
    for (const auto& pair : pairs) {
      const auto serves = family_of(alg) == family_of(pair.signs_by());
      const auto header =
          R"({"alg":")" + std::string{name_of(alg)} + R"(","kid":")" + pair.kid() + "\"}";
      const auto text = serves ? pair.sign_by(alg, header, claims) : pair.sign(header, claims);
      EXPECT_EQ(outcome(verify(text, **set, rules, {.algorithms = algorithm_set::all()}, now)),
                serves ? "accepted" : "key_alg_mismatch")
          << name_of(alg) << ' ' << pair.kid();
      EXPECT_EQ(outcome(verify(text, **set, rules, rs256, now)), alg != algorithm::rs256
                                                                     ? "alg_not_allowed"
                                                                 : serves ? "accepted"
                                                                          : "key_alg_mismatch");
    }
  }
}

TEST(Verifier, a_key_that_states_its_algorithm_serves_no_other_of_its_family) {
  const auto claims = support::claims_json();
  const auto text =
      support::issuer_key().sign_by(algorithm::ps256, R"({"alg":"PS256","kid":"k1"})", claims);
  EXPECT_EQ(judge(text, {.algorithms = algorithm_set::all()}), "key_alg_mismatch");
  const auto parsed = parse_token(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(check_signature(*parsed, *keys()->find("k1")), errc::key_alg_mismatch);
}

// The public key of an RSA or EC pair as the secret of an HMAC: there is no HMAC to do it with.
TEST(Verifier, no_key_serves_hmac) {
  for (const auto* name : {"HS256", "HS384", "HS512"}) {
    const auto text = support::issuer_key().sign(
        R"({"kid":"k1","alg":")" + std::string{name} + "\"}", support::claims_json());
    EXPECT_EQ(judge(text, {.algorithms = algorithm_set::all()}), "alg_not_allowed") << name;
    const auto parsed = parse_token(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(check_signature(*parsed, *keys()->find("k1")), errc::alg_not_allowed) << name;
  }
}

TEST(Verifier, claims_changed_after_signing_are_refused) {
  const auto good = support::mint();
  const auto other = support::mint({.scope = "admin"});
  const auto first = other.find('.');
  const auto payload = other.substr(first, other.rfind('.') - first);
  const auto forged = good.substr(0, good.find('.')) + payload + good.substr(good.rfind('.'));
  EXPECT_EQ(judge(forged), "bad_signature");
}

TEST(Verifier, the_limits_of_the_token_are_kept) {
  const auto text = support::mint();
  EXPECT_EQ(outcome(verify(text, *keys(), rules, rs256, now, {.bytes = text.size()})), "accepted");
  EXPECT_EQ(outcome(verify(text, *keys(), rules, rs256, now, {.bytes = text.size() - 1})),
            "token_too_large");
}

// What the attack vectors leave to the project, as decided in docs/token-rules.md.
const std::map<std::string, std::string> decisions{
    {"kid absent (single key set)", "accepted"},
    {"JWK no kid, token kid k1", "unknown_key"},
    {"JWK n padded b64", "accepted"},
    {"JWK n leading zero", "accepted"},
    {"JWK carries private d", "no_usable_key"},
    {"sub number", "bad_subject"},
};

// verify, with the signature checked on the path of the test.
class VerifierPaths : public SignaturePaths {
 protected:
  core::result<core::principal> judge_on_path(std::string_view text, const key_set& set,
                                              core::wall_time at) {
    const auto parsed = parse_token(text);
    if (!parsed) return parsed.error();
    const auto alg = check_header(*parsed, rs256);
    if (!alg) return alg.error();
    const auto by = set.choose(parsed->kid().value_or(""), *alg);
    if (!by) return by.error();
    if (const auto error = path.check(*alg, **by, parsed->signing_input(), parsed->signature())) {
      return error;
    }
    return check_claims(*parsed, rules, at);
  }
};

TEST_P(VerifierPaths, judge_every_attack_as_required) {
  LATCHKEY_NEEDS_VECTORS("vectors/attacks/jwt_cases.json")
  LATCHKEY_NEEDS_PATH(111)
  tally all;
  const auto document =
      json::parse(support::read_file(support::vector_path("vectors/attacks/jwt_cases.json")));
  const core::wall_time at{std::chrono::seconds{document.at("now").as_int64()}};
  std::map<std::string, int> counted;
  std::map<std::string, int> reasons;
  for (const auto& one : document.at("cases").as_array()) {
    const std::string name{one.at("name").as_string()};
    const std::string expected{one.at("expect").as_string()};
    const auto set = key_set::parse(json::serialize(one.at("jwks")));
    const std::string text{one.at("token").as_string()};
    const auto judged = set ? outcome(judge_on_path(text, **set, at)) : code(set.error());
    if (set) {
      EXPECT_EQ(outcome(verify(text, **set, rules, rs256, at)), judged) << name;
    }
    all.count(judged == "accepted");
    ++counted[expected];
    ++reasons[judged];
    if (expected == "policy") {
      ASSERT_TRUE(decisions.contains(name)) << name;
      EXPECT_EQ(judged, decisions.at(name)) << name;
    } else {
      EXPECT_EQ(judged == "accepted", expected == "accept") << name << ": " << judged;
      EXPECT_NE(judged, "internal_error") << name;
    }
  }
  report("attacks", all);
  EXPECT_EQ(counted, (std::map<std::string, int>{{"accept", 3}, {"reject", 102}, {"policy", 6}}));
  // Refused for what is wrong with them, and not by chance for something else.
  const std::map<std::string, int> expected_reasons{
      {"accepted", 6},         {"alg_not_allowed", 8},    {"audience_mismatch", 7},
      {"audience_missing", 1}, {"bad_audience", 4},       {"bad_base64url", 12},
      {"bad_exp", 11},         {"bad_issuer", 3},         {"bad_json", 9},
      {"bad_signature", 7},    {"bad_subject", 1},        {"cty_not_accepted", 1},
      {"duplicate_name", 3},   {"empty_part", 7},         {"exp_missing", 1},
      {"expired", 2},          {"header_not_object", 1},  {"issuer_mismatch", 5},
      {"issuer_missing", 1},   {"no_usable_key", 8},      {"key_alg_mismatch", 1},
      {"not_three_parts", 7},  {"payload_not_object", 2}, {"unknown_key", 3}};
  EXPECT_EQ(reasons, expected_reasons);
}

LATCHKEY_ON_BOTH_PATHS(VerifierPaths);

// What stands between the first quotation mark of that line of a text and the last.
std::string quoted(const std::string& text, const std::string& line, char mark) {
  const auto start = text.find(mark, text.find(line)) + 1;
  const auto end = text.find('\n', start);
  return text.substr(start, text.rfind(mark, end) - start);
}

// A token from the corpus of another verifier, which does not name its key: the signature is good,
// but two keys of the set could have made it.
TEST(Verifier, a_good_signature_without_a_kid_is_not_enough_where_there_are_several_keys) {
  LATCHKEY_NEEDS_VECTORS("vectors/jwt_verify_lib/jwks_rsa.txt");
  const auto text = support::read_file(support::vector_path("vectors/jwt_verify_lib/jwks_rsa.txt"));
  const auto set = key_set::parse(quoted(text, "jwks:", '\''));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_EQ((*set)->size(), 2U);
  const auto token_text = quoted(text, "jwt:", '"');
  const auto parsed = parse_token(token_text);
  ASSERT_TRUE(parsed) << reason(parsed.error());
  const auto right = (*set)->find("b3319a147514df7ee5e4bcdee51350cc890cc89e");
  const auto wrong = (*set)->find("62a93512c9ee4c7f8067b5a216dade2763d32a47");
  ASSERT_TRUE(right && wrong);
  EXPECT_FALSE(check_signature(*parsed, *right));
  EXPECT_EQ(check_signature(*parsed, *wrong), errc::bad_signature);
  const claim_rules theirs{"https://example.com", {"example_service"}};
  EXPECT_EQ(outcome(verify(token_text, **set, theirs, rs256, now)), "kid_missing");
  EXPECT_EQ(outcome(check_claims(*parsed, theirs, now)), "accepted");
}

}  // namespace
}  // namespace latchkey::jose
