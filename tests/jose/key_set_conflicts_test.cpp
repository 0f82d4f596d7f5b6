// Several keys in one set: under one kid, under none, and in conflict.
#include "key_set_fixture.hpp"

namespace latchkey::jose {
namespace {

TEST(KeySet, the_same_key_twice_is_one_key) {
  const auto once = public_jwk_of(support::issuer_key(), "k");
  auto again = once;
  again.erase("alg");
  const auto set = key_set::parse(document({once, again}));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_EQ((*set)->size(), 1U);
  EXPECT_THAT((*set)->skipped(), IsEmpty());
}

// Some providers list a key once per algorithm.
TEST(KeySet, the_same_key_for_two_algorithms_serves_both_in_any_order) {
  auto first = public_jwk_of(support::issuer_key(), "k");
  auto second = first;
  second["alg"] = "PS256";
  for (int turn = 0; turn < 2; ++turn) {
    const auto set = key_set::parse(document({first, second, first}));
    ASSERT_TRUE(set) << reason(set.error());
    EXPECT_EQ((*set)->size(), 1U);
    EXPECT_THAT((*set)->skipped(), IsEmpty());
    EXPECT_EQ((*set)->find("k")->content().algorithms,
              (algorithm_set{algorithm::rs256, algorithm::ps256}));
    std::swap(first, second);
  }
}

TEST(KeySet, keys_of_every_family_stand_side_by_side) {
  const auto p256 = signing_key::generate(algorithm::es256, "p256");
  const auto p384 = signing_key::generate(algorithm::es384, "p384");
  const auto ed25519 = signing_key::generate(algorithm::eddsa, "ed25519");
  const auto text = support::jwks({&p256, &support::issuer_key(), &ed25519, &p384});
  const auto set = key_set::parse(text);
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_THAT((*set)->kids(), ElementsAre("ed25519", "k1", "p256", "p384"));
  const auto again = key_set::parse(text, {}, set->get());
  ASSERT_TRUE(again);
  for (const auto& kid : (*set)->kids()) EXPECT_EQ((*again)->find(kid), (*set)->find(kid)) << kid;
}

// RFC 7517 section 4.5: different keys may have one kid if their types make them equivalent
// alternatives.
TEST(KeySet, keys_of_two_families_may_have_one_kid) {
  const auto p256 = signing_key::generate(algorithm::es256, "k1");
  const auto set =
      key_set::parse(support::jwks({&p256, &support::issuer_key(), &support::second_key()}));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_THAT((*set)->kids(), ElementsAre("k1", "k2"));
  EXPECT_EQ((*set)->size(), 3U);
  EXPECT_THAT((*set)->skipped(), IsEmpty());
  EXPECT_EQ((*(*set)->choose("k1", algorithm::es256))->family(), key_family::p256);
  EXPECT_EQ((*(*set)->choose("k1", algorithm::rs256))->family(), key_family::rsa);
  EXPECT_EQ((*set)->choose("k1", algorithm::es384).error(), errc::key_alg_mismatch);
  EXPECT_EQ((*set)->choose("k3", algorithm::rs256).error(), errc::unknown_key);
}

json::object with_alg(json::object jwk, const char* alg) {
  if (alg == nullptr) {
    jwk.erase("alg");
  } else {
    jwk["alg"] = alg;
  }
  return jwk;
}

TEST(KeySet, two_rsa_keys_of_one_kid_conflict_only_where_both_serve_an_algorithm) {
  const auto one = public_jwk_of(support::issuer_key(), "k");
  const auto other = public_jwk_of(support::second_key(), "k");
  const auto p256 = public_jwk_of(signing_key::generate(algorithm::es256, "k"), "k");
  const struct {
    const char* first;
    const char* second;
    bool conflict;
  } cases[] = {
      {"RS256", "PS256", false}, {"RS256", "RS512", false}, {"RS256", "RS256", true},
      {"RS256", nullptr, true},  {nullptr, nullptr, true},
  };
  for (const auto& [first, second, conflict] : cases) {
    for (int turn = 0; turn < 2; ++turn) {
      auto keys = json::array{with_alg(one, first), with_alg(other, second)};
      if (turn == 1) std::swap(keys[0], keys[1]);
      keys.emplace_back(p256);
      const auto set = key_set::parse(document(std::move(keys)));
      ASSERT_TRUE(set);
      EXPECT_EQ((*set)->size(), conflict ? 1U : 3U);
      EXPECT_EQ((*set)->skipped().size(), conflict ? 2U : 0U);
      EXPECT_TRUE((*set)->choose("k", algorithm::es256)) << "the key beside them";
      EXPECT_EQ((*set)->choose("k", algorithm::rs256).has_value(), !conflict);
    }
  }
}

// What the mentions of a key add up to is what is in conflict, in any order.
TEST(KeySet, a_conflict_is_of_all_that_a_key_serves) {
  const auto one = public_jwk_of(support::issuer_key(), "k");
  const auto other = public_jwk_of(support::second_key(), "k");
  const json::array keys{with_alg(one, "RS256"), with_alg(other, "PS256"), with_alg(one, "PS256")};
  for (std::size_t from = 0; from < keys.size(); ++from) {
    json::array turned;
    for (std::size_t i = 0; i < keys.size(); ++i) turned.emplace_back(keys[(from + i) % 3]);
    const auto set = key_set::read(document(turned));
    ASSERT_TRUE(set);
    EXPECT_TRUE((*set)->empty());
    EXPECT_THAT(skipped(**set), ElementsAre("k kid_conflict", "k kid_conflict", "k kid_conflict"));
  }
}

TEST(KeySet, without_a_kid_it_is_the_one_key_that_serves_the_algorithm) {
  const auto p256 = signing_key::generate(algorithm::es256, "p");
  auto nameless = public_jwk_of(support::issuer_key(), "");
  nameless.erase("kid");
  const auto set =
      key_set::parse(document({nameless, public_jwk_of(p256, "p"),
                               with_alg(public_jwk_of(support::second_key(), "k"), "PS512")}));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_THAT((*set)->kids(), ElementsAre("k", "p"));
  EXPECT_EQ((*set)->without_kid(), 1U);
  EXPECT_EQ((*set)->size(), 3U);
  EXPECT_EQ((*(*set)->choose("", algorithm::rs256))->kid(), "");
  EXPECT_EQ((*(*set)->choose("", algorithm::es256))->kid(), "p");
  EXPECT_EQ((*(*set)->choose("", algorithm::ps512))->kid(), "k");
  EXPECT_EQ((*set)->choose("", algorithm::es384).error(), errc::unknown_key);
  EXPECT_EQ((*set)->choose("k1", algorithm::rs256).error(), errc::unknown_key)
      << "a token that names a key gets no other";
}

TEST(KeySet, without_a_kid_nothing_is_guessed_among_several) {
  auto nameless = public_jwk_of(support::issuer_key(), "");
  nameless.erase("kid");
  auto second = public_jwk_of(support::second_key(), "");
  for (const auto& other : {second, public_jwk_of(support::second_key(), "k")}) {
    const auto set = key_set::parse(document({nameless, other}));
    ASSERT_TRUE(set);
    EXPECT_EQ((*set)->size(), 2U);
    EXPECT_EQ((*set)->choose("", algorithm::rs256).error(), errc::kid_missing);
  }
  const auto twice = key_set::parse(document(
      {public_jwk_of(support::issuer_key(), "a"), public_jwk_of(support::issuer_key(), "b")}));
  ASSERT_TRUE(twice);
  EXPECT_TRUE((*twice)->choose("", algorithm::rs256)) << "one key under two names";
}

TEST(KeySet, a_kid_that_two_different_keys_claim_is_nobodys) {
  const auto set = key_set::parse(document({
      public_jwk_of(support::issuer_key(), "k"),
      public_jwk_of(support::second_key(), "k"),
      public_jwk_of(support::issuer_key(), "k"),
      public_jwk_of(support::second_key(), "other"),
  }));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_EQ((*set)->find("k"), nullptr);
  EXPECT_THAT((*set)->kids(), ElementsAre("other"));
  EXPECT_THAT(skipped(**set), ElementsAre("k kid_conflict", "k kid_conflict", "k kid_conflict"));
}

TEST(KeySet, mentions_that_differ_in_algorithms_and_issuers_contradict_one_another) {
  auto one = public_jwk_of(support::issuer_key(), "k1");
  one["alg"] = "RS256";
  one["issuer"] = "https://a.example/";
  auto other = one;
  other["alg"] = "PS256";
  other["issuer"] = "https://b.example/";
  const auto second = public_jwk_of(support::second_key(), "k2");
  const auto set = key_set::parse(document({one, other, second}));
  ASSERT_TRUE(set);
  EXPECT_THAT((*set)->kids(), ElementsAre("k2"));
  EXPECT_THAT(skipped(**set), testing::Contains("k1 kid_conflict"));
  other["issuer"] = one["issuer"];
  EXPECT_THAT((*key_set::parse(document({one, other})))->kids(), ElementsAre("k1"));
}

TEST(KeySet, two_keys_in_conflict_alone_are_no_usable_key) {
  const auto set = key_set::parse(document(
      {public_jwk_of(support::issuer_key(), "k"), public_jwk_of(support::second_key(), "k")}));
  ASSERT_TRUE(set.has_error());
  EXPECT_EQ(reason(set.error()), "no_usable_key");
}

}  // namespace
}  // namespace latchkey::jose
