#include "verifier_fixture.hpp"

namespace latchkey::jose {
namespace {

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

}  // namespace
}  // namespace latchkey::jose
