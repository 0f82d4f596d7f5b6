#include <latchkey/jose/errc.hpp>
#include <latchkey/jose/key_set.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/cases.hpp>
#include <support/mint.hpp>
#include <support/vectors.hpp>

#include <string>
#include <utility>
#include <vector>

namespace latchkey::jose {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::IsEmpty;

json::object public_half(const signing_key& key, const std::string& kid) {
  auto jwk = json::parse(key.public_jwk()).as_object();
  jwk["kid"] = kid;
  return jwk;
}

std::string document(json::array keys) {
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

// "kid reason" of each skipped key.
std::vector<std::string> skipped(const key_set& set) {
  std::vector<std::string> texts;
  for (const auto& one : set.skipped()) {
    texts.push_back(one.kid + ' ' + std::string{reason(one.why)});
  }
  return texts;
}

TEST(KeySet, finds_a_key_by_its_kid_and_only_by_all_of_it) {
  const auto set = key_set::parse(support::jwks({&support::issuer_key(), &support::second_key()}));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_EQ((*set)->size(), 2U);
  EXPECT_THAT((*set)->kids(), ElementsAre("k1", "k2"));
  EXPECT_THAT((*set)->skipped(), IsEmpty());
  ASSERT_NE((*set)->find("k1"), nullptr);
  EXPECT_EQ((*set)->find("k1")->kid(), "k1");
  for (const auto* kid : {"", "k", "K1", "k1 ", "k11", "k3"}) {
    EXPECT_EQ((*set)->find(kid), nullptr) << kid;
  }
}

TEST(KeySet, a_key_outlives_the_set_it_came_from) {
  auto set = key_set::parse(support::jwks());
  ASSERT_TRUE(set);
  const auto found = (*set)->find("k1");
  set->reset();
  EXPECT_EQ(found->kid(), "k1");
}

TEST(KeySet, one_bad_key_does_not_spoil_the_others) {
  auto encryption = public_half(support::second_key(), "enc");
  encryption["use"] = "enc";
  const auto set = key_set::parse(document({
      encryption,
      json::object{{"kty", "EC"}, {"kid", "ec"}},
      json::object{{"kid", "no kty"}},
      "not an object",
      nullptr,
      public_half(support::issuer_key(), "good"),
  }));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_THAT((*set)->kids(), ElementsAre("good"));
  EXPECT_THAT(skipped(**set), ElementsAre("enc key_use_not_sig", "ec bad_jwk", "no kty bad_jwk",
                                          " bad_jwk", " bad_jwk"));
}

TEST(KeySet, the_same_key_twice_is_one_key) {
  const auto once = public_half(support::issuer_key(), "k");
  auto again = once;
  again.erase("alg");
  const auto set = key_set::parse(document({once, again}));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_EQ((*set)->size(), 1U);
  EXPECT_THAT((*set)->skipped(), IsEmpty());
}

// Some providers list a key once per algorithm.
TEST(KeySet, the_same_key_for_two_algorithms_serves_both_in_any_order) {
  auto first = public_half(support::issuer_key(), "k");
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
  const auto one = public_half(support::issuer_key(), "k");
  const auto other = public_half(support::second_key(), "k");
  const auto p256 = public_half(signing_key::generate(algorithm::es256, "k"), "k");
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
  const auto one = public_half(support::issuer_key(), "k");
  const auto other = public_half(support::second_key(), "k");
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
  auto nameless = public_half(support::issuer_key(), "");
  nameless.erase("kid");
  const auto set =
      key_set::parse(document({nameless, public_half(p256, "p"),
                               with_alg(public_half(support::second_key(), "k"), "PS512")}));
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
  auto nameless = public_half(support::issuer_key(), "");
  nameless.erase("kid");
  auto second = public_half(support::second_key(), "");
  for (const auto& other : {second, public_half(support::second_key(), "k")}) {
    const auto set = key_set::parse(document({nameless, other}));
    ASSERT_TRUE(set);
    EXPECT_EQ((*set)->size(), 2U);
    EXPECT_EQ((*set)->choose("", algorithm::rs256).error(), errc::kid_missing);
  }
  const auto twice = key_set::parse(
      document({public_half(support::issuer_key(), "a"), public_half(support::issuer_key(), "b")}));
  ASSERT_TRUE(twice);
  EXPECT_TRUE((*twice)->choose("", algorithm::rs256)) << "one key under two names";
}

TEST(KeySet, tells_which_keys_the_document_disqualifies) {
  auto published = public_half(support::second_key(), "private");
  published["d"] = "AQAB";
  auto encryption = public_half(support::second_key(), "enc");
  encryption["use"] = "enc";
  auto oaep = public_half(support::second_key(), "oaep");
  oaep["alg"] = "RSA-OAEP";
  auto signs = public_half(support::second_key(), "ops");
  signs["key_ops"] = {"sign"};
  auto damaged = public_half(support::second_key(), "damaged");
  damaged["n"] = "????";
  const auto set = key_set::read(
      document({published, encryption, oaep, signs, damaged,
                public_half(support::second_key(), "k"), public_half(support::issuer_key(), "k")}));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_TRUE((*set)->empty());
  const auto& all = (*set)->skipped();
  ASSERT_EQ(all.size(), 7U);
  for (const auto& one : all) {
    EXPECT_EQ(one.disqualified, one.kid != "damaged") << one.kid;
    EXPECT_EQ(one.kty, "RSA");
  }
}

TEST(KeySet, notes_the_keys_whose_text_is_unusual) {
  auto padded = public_half(support::issuer_key(), "padded");
  padded["n"] = std::string{padded.at("n").as_string()} + "==";
  auto zero = public_half(support::second_key(), "zero");
  zero["e"] = "AAEAAQ";
  const auto set =
      key_set::parse(document({padded, zero, public_half(support::second_key(), "plain")}));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_EQ((*set)->size(), 3U);
  ASSERT_EQ((*set)->noted().size(), 2U);
  EXPECT_EQ((*set)->noted()[0].kid, "padded");
  EXPECT_THAT((*set)->noted()[0].spelling.remarks(), ElementsAre("padding"));
  EXPECT_THAT((*set)->noted()[1].spelling.remarks(), ElementsAre("leading_zeros"));
}

TEST(KeySet, a_kid_that_two_different_keys_claim_is_nobodys) {
  const auto set = key_set::parse(document({
      public_half(support::issuer_key(), "k"),
      public_half(support::second_key(), "k"),
      public_half(support::issuer_key(), "k"),
      public_half(support::second_key(), "other"),
  }));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_EQ((*set)->find("k"), nullptr);
  EXPECT_THAT((*set)->kids(), ElementsAre("other"));
  EXPECT_THAT(skipped(**set), ElementsAre("k kid_conflict", "k kid_conflict", "k kid_conflict"));
}

TEST(KeySet, a_key_that_is_not_usable_does_not_claim_its_kid) {
  auto encryption = public_half(support::second_key(), "k");
  encryption["use"] = "enc";
  const auto set = key_set::parse(document({encryption, public_half(support::issuer_key(), "k")}));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_NE((*set)->find("k"), nullptr);
}

TEST(KeySet, keeps_no_more_of_a_skipped_kid_than_it_needs) {
  const std::string longest(10'000, 'x');
  const auto set = key_set::parse(document({
      json::object{{"kty", "EC"}, {"kid", longest}},
      public_half(support::issuer_key(), "k"),
  }));
  ASSERT_TRUE(set);
  EXPECT_EQ((*set)->skipped().at(0).kid.size(), 256U);
}

TEST(KeySet, takes_over_the_keys_that_are_still_the_same) {
  const auto before =
      key_set::parse(support::jwks({&support::issuer_key(), &support::second_key()}));
  ASSERT_TRUE(before);
  auto renamed = public_half(support::second_key(), "k3");
  auto changed = public_half(support::second_key(), "k2");
  changed.erase("alg");
  const auto after = key_set::parse(
      document({public_half(support::issuer_key(), "k1"), changed, renamed}), {}, before->get());
  ASSERT_TRUE(after);
  EXPECT_EQ((*after)->find("k1"), (*before)->find("k1"));
  EXPECT_NE((*after)->find("k2"), (*before)->find("k2"));
  EXPECT_TRUE((*after)->find("k2")->serves(algorithm::ps512));
  EXPECT_THAT((*after)->kids(), ElementsAre("k1", "k2", "k3"));
}

TEST(KeySet, a_kid_that_has_another_key_now_has_the_new_one) {
  const auto before = key_set::parse(document({public_half(support::issuer_key(), "k")}));
  ASSERT_TRUE(before);
  const auto after =
      key_set::parse(document({public_half(support::second_key(), "k")}), {}, before->get());
  ASSERT_TRUE(after);
  const auto second = parse_jwk(public_half(support::second_key(), "k"));
  ASSERT_TRUE(second);
  EXPECT_EQ((*after)->find("k")->content(), second->content());
}

TEST(KeySet, is_compared_by_its_keys_and_not_by_its_document) {
  const auto one = *key_set::parse(support::jwks());
  const auto other = *key_set::parse(support::jwks(support::second_key()));
  const auto both =
      *key_set::parse(support::jwks({&support::issuer_key(), &support::second_key()}));
  const auto turned =
      *key_set::parse(support::jwks({&support::second_key(), &support::issuer_key()}));
  const auto impostor = *key_set::parse(support::jwks(jose::signing_key::generate(2048, "k1")));
  EXPECT_TRUE(one->same_keys(**key_set::parse(" " + support::jwks())));
  EXPECT_TRUE(both->same_keys(*turned));
  EXPECT_FALSE(one->same_keys(*other));
  EXPECT_FALSE(one->same_keys(*both));
  EXPECT_FALSE(both->same_keys(*one));
  EXPECT_FALSE(one->same_keys(*impostor));
}

struct refused {
  std::string name;
  std::string text;
  errc why;
  key_set::limits limits = {};
};

const std::vector<refused> refused_sets{
    {"nothing", "", errc::bad_json},
    {"not_json", "<html>", errc::bad_json},
    {"array", "[]", errc::bad_key_set},
    {"keys_absent", "{}", errc::bad_key_set},
    {"keys_null", R"({"keys":null})", errc::bad_key_set},
    {"keys_object", R"({"keys":{}})", errc::bad_key_set},
    {"keys_twice", R"({"keys":[],"keys":[]})", errc::duplicate_name},
    {"member_of_a_key_twice", R"({"keys":[{"kty":"oct","kty":"RSA"}]})", errc::duplicate_name},
    {"no_key", R"({"keys":[]})", errc::no_usable_key},
    {"no_usable_key", R"({"keys":[{"kty":"EC"}]})", errc::no_usable_key},
    {"bytes", R"({"keys":[]})", errc::key_set_too_large, {.bytes = 10}},
    {"keys", R"({"keys":[1,2,3]})", errc::too_many_keys, {.keys = 2}},
    {"depth", R"({"keys":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]})", errc::json_too_large},
};

class RefusedKeySet : public testing::TestWithParam<refused> {};

TEST_P(RefusedKeySet, says_why) {
  const auto set = key_set::parse(GetParam().text, GetParam().limits);
  ASSERT_TRUE(set.has_error());
  EXPECT_EQ(reason(set.error()), reason(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(table, RefusedKeySet, testing::ValuesIn(refused_sets), support::case_name);

TEST(KeySet, a_key_whose_private_half_is_in_the_document_is_not_used) {
  auto exposed = public_half(support::issuer_key(), "k1");
  exposed["d"] = "AQAB";
  auto elsewhere = exposed;
  elsewhere["kid"] = "other";
  auto nameless = exposed;
  nameless.erase("kid");
  auto for_encryption = elsewhere;
  for_encryption["use"] = "enc";
  auto broken = json::object{{"kty", "RSA"}, {"kid", "k1"}, {"d", "AQAB"}};
  // Somebody who slips may slip twice.
  auto without_type = elsewhere;
  without_type.erase("kty");
  auto odd_type = elsewhere;
  odd_type["kty"] = "rsa";
  auto other_exponent = elsewhere;
  other_exponent["e"] = "Aw";
  auto no_exponent = elsewhere;
  no_exponent.erase("e");
  auto number = elsewhere;
  number["d"] = 5;
  auto padded = elsewhere;
  padded["n"] = std::string{elsewhere.at("n").as_string()} + "==";
  const auto sound = public_half(support::issuer_key(), "k1");
  const auto second = public_half(support::second_key(), "k2");
  for (const auto& bad : {exposed, elsewhere, nameless, for_encryption, broken, without_type,
                          odd_type, other_exponent, no_exponent, number, padded}) {
    for (const auto& text : {document({sound, bad, second}), document({bad, second, sound})}) {
      const auto set = key_set::parse(text);
      ASSERT_TRUE(set) << text;
      EXPECT_THAT((*set)->kids(), ElementsAre("k2")) << text;
      EXPECT_THAT(skipped(**set), testing::Contains("k1 private_key_published")) << text;
    }
  }
}

TEST(KeySet, a_point_whose_private_half_is_in_the_document_is_not_used) {
  const auto pair = signing_key::generate(algorithm::es256, "k1");
  const auto sound = json::parse(pair.public_jwk()).as_object();
  const auto second = public_half(support::second_key(), "k2");
  auto elsewhere = sound;
  elsewhere["kid"] = "other";
  elsewhere["d"] = sound.at("x");
  auto without_y = elsewhere;
  without_y.erase("y");
  auto other_y = elsewhere;
  other_y["y"] = sound.at("x");
  auto without_curve = elsewhere;
  without_curve.erase("crv");
  auto odd_curve = elsewhere;
  odd_curve["crv"] = "secp256r1";
  for (const auto& bad : {elsewhere, without_y, other_y, without_curve, odd_curve}) {
    const auto set = key_set::parse(document({sound, bad, second}));
    ASSERT_TRUE(set);
    EXPECT_THAT((*set)->kids(), ElementsAre("k2")) << json::serialize(bad);
  }
}

TEST(KeySet, mentions_that_differ_in_algorithms_and_issuers_contradict_one_another) {
  auto one = public_half(support::issuer_key(), "k1");
  one["alg"] = "RS256";
  one["issuer"] = "https://a.example/";
  auto other = one;
  other["alg"] = "PS256";
  other["issuer"] = "https://b.example/";
  const auto second = public_half(support::second_key(), "k2");
  const auto set = key_set::parse(document({one, other, second}));
  ASSERT_TRUE(set);
  EXPECT_THAT((*set)->kids(), ElementsAre("k2"));
  EXPECT_THAT(skipped(**set), testing::Contains("k1 kid_conflict"));
  other["issuer"] = one["issuer"];
  EXPECT_THAT((*key_set::parse(document({one, other})))->kids(), ElementsAre("k1"));
}

TEST(KeySet, may_have_as_many_keys_as_its_limit_says) {
  auto text = document({public_half(support::issuer_key(), "k1")});
  std::string more;
  for (int i = 0; i < 1999; ++i) {
    more += R"(,{"kty":"oct","kid":"x","use":"sig","alg":"HS256","k":"AAAA"})";
  }
  text.insert(text.rfind(']'), more);
  const auto set = key_set::parse(text, {.keys = 2000});
  ASSERT_TRUE(set) << set.error().message();
  EXPECT_THAT((*set)->kids(), ElementsAre("k1"));
  EXPECT_EQ(key_set::parse(text, {.keys = 1999}).error(), errc::too_many_keys);
}

TEST(KeySet, can_be_read_without_a_usable_key) {
  const auto load = [](jwk_content content) { return key::load(std::move(content)); };
  auto encryption = public_half(support::issuer_key(), "k1");
  encryption["use"] = "enc";
  const auto set = key_set::read(document({encryption}), {}, nullptr, load);
  ASSERT_TRUE(set);
  EXPECT_EQ((*set)->size(), 0U);
  EXPECT_THAT(skipped(**set), ElementsAre("k1 key_use_not_sig"));
  const auto empty = key_set::read(document({}), {}, nullptr, load);
  ASSERT_TRUE(empty);
  EXPECT_EQ((*empty)->size(), 0U);
  EXPECT_THAT((*empty)->skipped(), IsEmpty());
  EXPECT_EQ(key_set::read("{}", {}, nullptr, load).error(), errc::bad_key_set);
}

TEST(KeySet, makes_keys_by_the_function_of_the_caller_and_only_those_it_does_not_have) {
  const auto before = key_set::parse(support::jwks());
  ASSERT_TRUE(before);
  std::vector<std::string> asked;
  const auto load = [&asked](jwk_content content) -> core::result<key> {
    asked.push_back(content.kid);
    return errc::key_not_checked;
  };
  const auto both = support::jwks({&support::issuer_key(), &support::second_key()});
  const auto set = key_set::read(both, {}, before->get(), load);
  ASSERT_TRUE(set);
  EXPECT_THAT(asked, ElementsAre("k2"));
  EXPECT_EQ((*set)->find("k1"), (*before)->find("k1"));
  EXPECT_THAT(skipped(**set), ElementsAre("k2 key_not_checked"));
}

TEST(KeySet, two_keys_in_conflict_alone_are_no_usable_key) {
  const auto set = key_set::parse(
      document({public_half(support::issuer_key(), "k"), public_half(support::second_key(), "k")}));
  ASSERT_TRUE(set.has_error());
  EXPECT_EQ(reason(set.error()), "no_usable_key");
}

TEST(KeySet, as_many_keys_and_bytes_as_allowed_are_taken) {
  const auto text = support::jwks({&support::issuer_key(), &support::second_key()});
  EXPECT_TRUE(key_set::parse(text, {.bytes = text.size(), .keys = 2}));
  EXPECT_TRUE(key_set::parse(text, {.bytes = text.size() - 1, .keys = 2}).has_error());
  EXPECT_TRUE(key_set::parse(text, {.bytes = text.size(), .keys = 1}).has_error());
}

struct file {
  std::string name;
  std::string outcome;  // a reason, or the kids with a space after each
};

const std::vector<file> files{
    {"jwk_keyset_with_unknown_alg", "U1MayerhVuRj8xtFR8hyMH9lCfVMKlb3TG7mbQAS19M "},
    {"jwk_keyset_only_unknown_alg", "no_usable_key"},
    {"jwk_empty", "bad_json"},
};

class KeySetFiles : public testing::TestWithParam<file> {};

TEST_P(KeySetFiles, have_the_outcome_expected) {
  const auto path = "vectors/pyjwt/" + GetParam().name + ".json";
  LATCHKEY_NEEDS_VECTORS(path);
  const auto set = key_set::parse(support::read_file(support::vector_path(path)));
  std::string outcome;
  if (set) {
    for (const auto& kid : (*set)->kids()) outcome += kid + ' ';
  } else {
    outcome = reason(set.error());
  }
  EXPECT_EQ(outcome, GetParam().outcome);
}

INSTANTIATE_TEST_SUITE_P(table, KeySetFiles, testing::ValuesIn(files), support::case_name);

}  // namespace
}  // namespace latchkey::jose
