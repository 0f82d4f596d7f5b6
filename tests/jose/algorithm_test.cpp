#include <latchkey/jose/algorithm.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::jose {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<algorithm> every_algorithm() {
  std::vector<algorithm> all;
  for (std::size_t i = 0; i < algorithm_count; ++i) all.push_back(static_cast<algorithm>(i));
  return all;
}

TEST(Algorithm, each_is_found_by_its_name) {
  std::set<std::string_view> names;
  for (const auto one : every_algorithm()) {
    EXPECT_EQ(algorithm_named(name_of(one)), one);
    names.insert(name_of(one));
  }
  EXPECT_THAT(names, ElementsAre("ES256", "ES384", "EdDSA", "PS256", "PS384", "PS512", "RS256",
                                 "RS384", "RS512"));
}

// RFC 9864.
TEST(Algorithm, eddsa_has_a_second_name) {
  EXPECT_EQ(algorithm_named("Ed25519"), algorithm::eddsa);
  EXPECT_EQ(algorithm_set::named(std::vector<std::string>{"Ed25519", "EdDSA"}),
            algorithm_set{algorithm::eddsa});
}

TEST(Algorithm, no_other_text_is_a_name) {
  for (const auto* text : {"",
                           "none",
                           "None",
                           "NONE",
                           "nOnE",
                           "HS256",
                           "HS384",
                           "HS512",
                           "rs256",
                           "RS256 ",
                           " RS256",
                           "RS25",
                           "RS2566",
                           "RS1",
                           "ES512",
                           "ES256K",
                           "EDDSA",
                           "ed25519",
                           "Ed448",
                           "RSA-OAEP",
                           "ML-DSA-44",
                           "\xD0\xAF"
                           "S256"}) {
    EXPECT_EQ(algorithm_named(text), std::nullopt) << text;
  }
  EXPECT_EQ(algorithm_named(std::string_view{"RS256\0", 6}), std::nullopt);
}

TEST(Algorithm, the_digest_is_the_one_in_the_name) {
  EXPECT_EQ(digest_of(algorithm::rs256), digest_kind::sha256);
  EXPECT_EQ(digest_of(algorithm::rs384), digest_kind::sha384);
  EXPECT_EQ(digest_of(algorithm::rs512), digest_kind::sha512);
  EXPECT_EQ(digest_of(algorithm::ps256), digest_kind::sha256);
  EXPECT_EQ(digest_of(algorithm::ps384), digest_kind::sha384);
  EXPECT_EQ(digest_of(algorithm::ps512), digest_kind::sha512);
  EXPECT_EQ(digest_of(algorithm::es256), digest_kind::sha256);
  EXPECT_EQ(digest_of(algorithm::es384), digest_kind::sha384);
  EXPECT_EQ(digest_of(algorithm::eddsa), digest_kind::none);
}

TEST(AlgorithmSet, every_algorithm_belongs_to_one_family) {
  EXPECT_THAT(algorithm_set::all_of(key_family::rsa).names(),
              ElementsAre("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"));
  EXPECT_THAT(algorithm_set::all_of(key_family::p256).names(), ElementsAre("ES256"));
  EXPECT_THAT(algorithm_set::all_of(key_family::p384).names(), ElementsAre("ES384"));
  EXPECT_THAT(algorithm_set::all_of(key_family::ed25519).names(), ElementsAre("EdDSA"));
  for (const auto one : every_algorithm()) {
    EXPECT_TRUE(algorithm_set::all_of(family_of(one)).contains(one)) << name_of(one);
  }
}

TEST(AlgorithmSet, has_what_it_was_made_of_and_nothing_else) {
  const algorithm_set some{algorithm::rs256, algorithm::eddsa};
  for (const auto one : every_algorithm()) {
    EXPECT_EQ(some.contains(one), one == algorithm::rs256 || one == algorithm::eddsa);
    EXPECT_FALSE(algorithm_set{}.contains(one));
    EXPECT_TRUE(algorithm_set::all().contains(one));
  }
  EXPECT_TRUE(algorithm_set{}.empty());
  EXPECT_FALSE(some.empty());
  EXPECT_THAT(algorithm_set{}.names(), IsEmpty());
  EXPECT_EQ(algorithm_set::all().names().size(), algorithm_count);
  EXPECT_EQ(some & algorithm_set{algorithm::eddsa}, algorithm_set{algorithm::eddsa});
  EXPECT_EQ(algorithm_set{algorithm::rs256} | algorithm_set{algorithm::eddsa}, some);
}

TEST(AlgorithmSet, is_made_of_the_names_of_a_configuration) {
  const std::vector<std::string> names{"ES256", "RS256", "ES256"};
  EXPECT_EQ(algorithm_set::named(names), (algorithm_set{algorithm::rs256, algorithm::es256}));
  EXPECT_TRUE(algorithm_set::named({}).empty());
  for (const auto* wrong : {"none", "HS256", "rs256", ""}) {
    const std::vector<std::string> one{"RS256", wrong};
    EXPECT_THROW(algorithm_set::named(one), std::invalid_argument) << wrong;
  }
}

}  // namespace
}  // namespace latchkey::jose
