#include "verify/token_set.hpp"

#include "small_token_set.hpp"

#include <latchkey/jose/errc.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace latchkey::bench {
namespace {

core::result<core::principal> verdict(const token_set& load, const signed_token& token) {
  return jose::verify(token.text, *load.key_set, load.claims, load.header, load.now);
}

TEST(token_set, tokens_are_distinct_valid_and_of_a_usual_size) {
  const auto load = small_token_set();
  ASSERT_EQ(load->tokens.size(), 16U);
  std::set<std::string> texts;
  for (const auto& token : load->tokens) {
    EXPECT_TRUE(verdict(*load, token).has_value());
    EXPECT_GE(token.text.size(), 600U);
    EXPECT_LE(token.text.size(), 1000U);
    texts.insert(token.text);
  }
  EXPECT_EQ(texts.size(), load->tokens.size());
}

TEST(token_set, keys_take_turns) {
  const auto load = small_token_set();
  ASSERT_EQ(load->keys.size(), 2U);
  for (std::size_t i = 0; i < load->tokens.size(); ++i) EXPECT_EQ(load->tokens[i].key, i % 2);
}

TEST(token_set, bad_ones_fail_by_their_signature_and_the_expired_one_by_its_age) {
  const auto load = small_token_set();
  EXPECT_EQ(load->bad.size(), 3U);
  for (const auto& token : load->bad) {
    EXPECT_EQ(verdict(*load, token).error(), jose::errc::bad_signature);
  }
  EXPECT_EQ(verdict(*load, load->expired).error(), jose::errc::expired);
}

TEST(token_set, what_is_kept_beside_the_text_is_of_the_text) {
  const auto load = small_token_set();
  const auto& one = load->tokens[3];
  EXPECT_TRUE(one.text.starts_with(one.signing_input + '.'));
  EXPECT_EQ(one.digest, jose::sha256(one.signing_input));
  EXPECT_EQ(one.signature.size(), 256U);
}

TEST(token_set, of_every_kind_that_is_measured) {
  using jose::algorithm;
  for (const auto kind : {algorithm::ps256, algorithm::es256, algorithm::es384, algorithm::eddsa}) {
    token_set_options options{{kind, 2048}, 1, 8, 1, small_token_set()->now};
    const auto load = make_token_set(options, [] { return false; }, [](auto, auto) {});
    ASSERT_TRUE(load);
    EXPECT_TRUE(verdict(*load, load->tokens[0]).has_value()) << jose::name_of(kind);
    EXPECT_FALSE(verdict(*load, load->bad[0]).has_value()) << jose::name_of(kind);
  }
}

TEST(token_set, is_not_made_when_it_is_stopped) {
  const token_set_options options{{}, 1, 8, 2, small_token_set()->now};
  EXPECT_EQ(make_token_set(options, [] { return true; }, [](auto, auto) {}), nullptr);
}

TEST(token_set, a_kind_that_cannot_be_made_throws) {
  const token_set_options options{{jose::algorithm::rs256, 512}, 1, 8, 2, small_token_set()->now};
  EXPECT_ANY_THROW(make_token_set(options, [] { return false; }, [](auto, auto) {}));
}

}  // namespace
}  // namespace latchkey::bench
