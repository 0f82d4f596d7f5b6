#include "key_set_fixture.hpp"

#include <latchkey/jose/jws.hpp>
#include <latchkey/jose/signature.hpp>

#include <support/reference_kernel.hpp>

#include <algorithm>

namespace latchkey::jose {
namespace {

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
  auto encryption = public_jwk_of(support::second_key(), "enc");
  encryption["use"] = "enc";
  const auto set = key_set::parse(document({
      encryption,
      json::object{{"kty", "EC"}, {"kid", "ec"}},
      json::object{{"kid", "no kty"}},
      "not an object",
      nullptr,
      public_jwk_of(support::issuer_key(), "good"),
  }));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_THAT((*set)->kids(), ElementsAre("good"));
  EXPECT_THAT(skipped(**set), ElementsAre("enc key_use_not_sig", "ec bad_jwk", "no kty bad_jwk",
                                          " bad_jwk", " bad_jwk"));
}

TEST(KeySet, tells_which_keys_the_document_disqualifies) {
  auto published = public_jwk_of(support::second_key(), "private");
  published["d"] = "AQAB";
  auto encryption = public_jwk_of(support::second_key(), "enc");
  encryption["use"] = "enc";
  auto oaep = public_jwk_of(support::second_key(), "oaep");
  oaep["alg"] = "RSA-OAEP";
  auto signs = public_jwk_of(support::second_key(), "ops");
  signs["key_ops"] = {"sign"};
  auto damaged = public_jwk_of(support::second_key(), "damaged");
  damaged["n"] = "????";
  const auto set = key_set::read(document({published, encryption, oaep, signs, damaged,
                                           public_jwk_of(support::second_key(), "k"),
                                           public_jwk_of(support::issuer_key(), "k")}));
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
  auto padded = public_jwk_of(support::issuer_key(), "padded");
  padded["n"] = std::string{padded.at("n").as_string()} + "==";
  auto zero = public_jwk_of(support::second_key(), "zero");
  zero["e"] = "AAEAAQ";
  const auto set =
      key_set::parse(document({padded, zero, public_jwk_of(support::second_key(), "plain")}));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_EQ((*set)->size(), 3U);
  ASSERT_EQ((*set)->noted().size(), 2U);
  EXPECT_EQ((*set)->noted()[0].kid, "padded");
  EXPECT_THAT((*set)->noted()[0].remarks(), ElementsAre("padding"));
  EXPECT_THAT((*set)->noted()[1].remarks(), ElementsAre("leading_zeros"));
}

// Such a key is used all the same, and OpenSSL verifies what it has signed.
TEST(KeySet, notes_the_keys_that_the_kernel_for_single_signatures_is_wrong_with) {
  constexpr rsa_single_kernel wrong{"wrong", "wrong",
                                    [](auto out, auto base, const rsa_single_key&) {
                                      std::copy(base.begin(), base.end(), out.begin());
                                    }};
  const auto text = document({public_jwk_of(support::issuer_key(), "k")});
  for (const auto* kernel : {&wrong, &support::reference_single_kernel}) {
    const auto set = key_set::read(text, {}, nullptr, [kernel](jwk_content content) {
      return key::load_trying({&kernel, 1}, std::move(content));
    });
    ASSERT_TRUE(set) << reason(set.error());
    const auto by = (*set)->find("k");
    ASSERT_NE(by, nullptr);
    EXPECT_EQ(by->kernel_is_wrong(), kernel == &wrong);
    EXPECT_EQ(fits_single(algorithm::rs256, *by), kernel != &wrong);
    ASSERT_EQ((*set)->noted().size(), kernel == &wrong ? 1U : 0U);
    if (kernel == &wrong) {
      EXPECT_EQ((*set)->noted()[0].kid, "k");
      EXPECT_THAT((*set)->noted()[0].remarks(), ElementsAre("kernel_wrong"));
    }
    const auto token = support::issuer_key().sign_claims("{}");
    const auto parsed = parse_jws(token).value();
    EXPECT_FALSE(verify_signature(algorithm::rs256, *by, parsed.signing_input(), parsed.signature(),
                                  kernel));
  }
}

TEST(KeySet, a_key_that_is_not_usable_does_not_claim_its_kid) {
  auto encryption = public_jwk_of(support::second_key(), "k");
  encryption["use"] = "enc";
  const auto set =
      key_set::parse(document({encryption, public_jwk_of(support::issuer_key(), "k")}));
  ASSERT_TRUE(set) << reason(set.error());
  EXPECT_NE((*set)->find("k"), nullptr);
}

TEST(KeySet, keeps_no_more_of_a_skipped_kid_than_it_needs) {
  const std::string longest(10'000, 'x');
  const auto set = key_set::parse(document({
      json::object{{"kty", "EC"}, {"kid", longest}},
      public_jwk_of(support::issuer_key(), "k"),
  }));
  ASSERT_TRUE(set);
  EXPECT_EQ((*set)->skipped().at(0).kid.size(), 256U);
}

TEST(KeySet, takes_over_the_keys_that_are_still_the_same) {
  const auto before =
      key_set::parse(support::jwks({&support::issuer_key(), &support::second_key()}));
  ASSERT_TRUE(before);
  auto renamed = public_jwk_of(support::second_key(), "k3");
  auto changed = public_jwk_of(support::second_key(), "k2");
  changed.erase("alg");
  const auto after = key_set::parse(
      document({public_jwk_of(support::issuer_key(), "k1"), changed, renamed}), {}, before->get());
  ASSERT_TRUE(after);
  EXPECT_EQ((*after)->find("k1"), (*before)->find("k1"));
  EXPECT_NE((*after)->find("k2"), (*before)->find("k2"));
  EXPECT_TRUE((*after)->find("k2")->serves(algorithm::ps512));
  EXPECT_THAT((*after)->kids(), ElementsAre("k1", "k2", "k3"));
}

TEST(KeySet, a_kid_that_has_another_key_now_has_the_new_one) {
  const auto before = key_set::parse(document({public_jwk_of(support::issuer_key(), "k")}));
  ASSERT_TRUE(before);
  const auto after =
      key_set::parse(document({public_jwk_of(support::second_key(), "k")}), {}, before->get());
  ASSERT_TRUE(after);
  const auto second = parse_jwk(public_jwk_of(support::second_key(), "k"));
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

TEST(KeySet, a_key_whose_private_half_is_in_the_document_is_not_used) {
  auto exposed = public_jwk_of(support::issuer_key(), "k1");
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
  const auto sound = public_jwk_of(support::issuer_key(), "k1");
  const auto second = public_jwk_of(support::second_key(), "k2");
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
  const auto second = public_jwk_of(support::second_key(), "k2");
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

TEST(KeySet, may_have_as_many_keys_as_its_limit_says) {
  auto text = document({public_jwk_of(support::issuer_key(), "k1")});
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
  auto encryption = public_jwk_of(support::issuer_key(), "k1");
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

TEST(KeySet, as_many_keys_and_bytes_as_allowed_are_taken) {
  const auto text = support::jwks({&support::issuer_key(), &support::second_key()});
  EXPECT_TRUE(key_set::parse(text, {.bytes = text.size(), .keys = 2}));
  EXPECT_TRUE(key_set::parse(text, {.bytes = text.size() - 1, .keys = 2}).has_error());
  EXPECT_TRUE(key_set::parse(text, {.bytes = text.size(), .keys = 1}).has_error());
}

}  // namespace
}  // namespace latchkey::jose
