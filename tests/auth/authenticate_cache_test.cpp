// Tokens that were verified before: what is cached of them, and what ends that.
#include "authenticate_fixture.hpp"

namespace latchkey::auth {
namespace {

// What is remembered of a token has to lead to its key again once the keys have changed.
TEST_F(authenticate_test, a_remembered_token_is_found_its_key_by_kid_and_algorithm) {
  const auto p256 = jose::signing_key::generate(jose::algorithm::es256, "k1");
  document_ = support::jwks({&p256, &support::issuer_key()});
  const auto here = own();
  const auto by = trusted(here);
  const auto nameless = support::issuer_key().sign(R"({"alg":"RS256"})", support::claims_json());
  EXPECT_TRUE(let_in(mint(), by));
  EXPECT_TRUE(let_in(nameless, by));
  const auto more = jose::signing_key::generate(jose::algorithm::es384, "more");
  document_ = support::jwks({&p256, &support::issuer_key(), &more});
  clock_.advance(9min);
  EXPECT_TRUE(let_in(mint(), by));
  EXPECT_TRUE(keys_->lookup("k1", jose::algorithm::rs256, {}).key) << "which begins a refresh";
  context_.restart();
  context_.poll();
  ASSERT_EQ(keys_->generation(), 2U);
  EXPECT_TRUE(let_in(mint(), by));
  EXPECT_TRUE(let_in(nameless, by));
  const auto counts = here->counts();
  EXPECT_EQ(counts.openssl + counts.kernel, 2U) << "a signature was checked anew";
}

TEST_F(authenticate_test, remembers_a_token_it_has_verified) {
  const auto here = own();
  const auto by = trusted(here);
  const auto token = mint();
  for (int i = 0; i < 5; ++i) {
    const auto value = "Bearer " + token;
    http::request_head head;
    head.fields = {{"authorization", value}};
    const auto got = send(head, "", {"example:note:read"}, by);
    EXPECT_TRUE(got.let_in);
    ASSERT_TRUE(got.principal);
    EXPECT_EQ(got.principal->subject, "user1");
  }
  const auto counts = here->counts();
  EXPECT_EQ(counts.openssl + counts.kernel, 1U);
  EXPECT_EQ(here->cache_stats().hits, 4U);
}

TEST_F(authenticate_test, a_remembered_token_is_refused_where_it_is_not_alone) {
  const auto by = trusted(own());
  const auto token = mint();
  const auto other = "Bearer " + mint({.subject = "user2"});
  const auto value = "Bearer " + token;
  const auto marked = value + "!";
  const auto quoted = "Bearer \"" + token + "\"";
  const auto twice = value + " " + token;
  ASSERT_TRUE(let_in(token, by));
  struct {
    const char* name;
    std::vector<http::field> fields;
    std::string_view query;
    std::string_view reason;
  } const cases[] = {
      {"itself", {{"authorization", value}}, "", ""},
      {"beside one in the query", {{"authorization", value}}, "access_token=a", "two_places"},
      {"beside another", {{"authorization", value}, {"authorization", other}}, "", "duplicate"},
      {"beside itself", {{"authorization", value}, {"authorization", value}}, "", "duplicate"},
      {"with a mark behind it", {{"authorization", marked}}, "", "malformed_credentials"},
      {"in quotes", {{"authorization", quoted}}, "", "malformed_credentials"},
      {"twice in the field", {{"authorization", twice}}, "", "malformed_credentials"},
  };
  for (const auto& [name, fields, query, reason] : cases) {
    http::request_head head;
    head.fields = fields;
    const auto got = send(head, query, {}, by);
    EXPECT_EQ(got.let_in, reason.empty()) << name;
    EXPECT_NE(got.reason.find(reason), std::string::npos) << name << ": " << got.reason;
  }
}

TEST_F(authenticate_test, a_cache_of_no_bytes_remembers_nothing) {
  const auto here = own(0);
  const auto by = trusted(here);
  const auto token = mint();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(let_in(token, by));
  EXPECT_EQ(here->counts().openssl, 3U);
}

TEST_F(authenticate_test, a_remembered_token_expires_to_the_second) {
  const auto here = own();
  const auto by = trusted(here);
  const auto token = mint({.lifetime = 100});
  EXPECT_TRUE(let_in(token, by));
  clock_.advance(99s);
  EXPECT_TRUE(let_in(token, by));
  EXPECT_EQ(here->cache_stats().hits, 1U);
  clock_.advance(1s);
  EXPECT_FALSE(let_in(token, by));
  EXPECT_EQ(here->cache_stats().entries, 0U);
}

TEST_F(authenticate_test, a_token_of_a_key_that_was_taken_back_is_forgotten) {
  const auto here = own();
  const auto by = trusted(here);
  const auto old = mint({.lifetime = 100'000});
  EXPECT_TRUE(let_in(old, by));
  EXPECT_TRUE(let_in(old, by));
  // The provider takes the first key back; a token of the second one makes the keys be fetched.
  document_ = support::jwks(support::second_key());
  clock_.advance(31s);
  EXPECT_TRUE(let_in(mint({}, support::second_key()), by));
  EXPECT_FALSE(let_in(old, by));
  EXPECT_FALSE(let_in(old, by));
}

TEST_F(authenticate_test, a_token_of_a_key_that_stayed_is_kept_through_a_rotation) {
  const auto here = own();
  const auto by = trusted(here);
  const auto old = mint({.lifetime = 100'000});
  EXPECT_TRUE(let_in(old, by));
  document_ = support::jwks({&support::issuer_key(), &support::second_key()});
  clock_.advance(31s);
  EXPECT_TRUE(let_in(mint({}, support::second_key()), by));
  const auto before = here->counts();
  EXPECT_TRUE(let_in(old, by));
  EXPECT_TRUE(let_in(old, by));
  const auto after = here->counts();
  EXPECT_EQ(before.openssl + before.kernel, after.openssl + after.kernel);
}

TEST_F(authenticate_test, another_key_under_the_same_kid_does_not_serve_a_remembered_token) {
  const auto here = own();
  const auto by = trusted(here);
  const auto other = jose::signing_key::generate(2048, "k1");
  const auto old = mint({.lifetime = 100'000});
  EXPECT_TRUE(let_in(old, by));
  document_ = support::jwks({&other, &support::second_key()});
  clock_.advance(31s);
  EXPECT_TRUE(let_in(mint({}, support::second_key()), by));
  EXPECT_FALSE(let_in(old, by));
  EXPECT_TRUE(let_in(mint({}, other), by));
}

TEST_F(authenticate_test, keys_too_old_to_be_used_are_too_old_for_remembered_tokens) {
  const auto here = own();
  const auto by = trusted(here);
  const auto token = mint({.lifetime = 1'000'000});
  EXPECT_TRUE(let_in(token, by));
  EXPECT_TRUE(let_in(token, by));
  gate_.open([](const std::string&) { return gated_fetch::status(500); });
  clock_.advance(25h);
  const auto value = "Bearer " + token;
  http::request_head head;
  head.fields = {{"authorization", value}};
  const auto got = send(head, "", {}, by);
  EXPECT_FALSE(got.let_in);
  EXPECT_EQ(got.answer.code(), status::service_unavailable);
}

TEST_F(authenticate_test, a_refused_token_is_not_remembered) {
  const auto here = own();
  const auto by = trusted(here);
  auto forged = mint();
  const auto at = forged.rfind('.') + 5;
  forged[at] = forged[at] == 'A' ? 'B' : 'A';
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(let_in(forged, by));
  EXPECT_FALSE(let_in(mint({.audience = "other"}), by));
  EXPECT_FALSE(let_in(mint({.lifetime = 0}), by));
  EXPECT_EQ(here->cache_stats().insertions, 0U);
}

TEST_F(authenticate_test, tokens_of_two_issuers_are_remembered_apart) {
  const auto here = own();
  const auto by = trusted(here);
  const auto one = mint();
  const auto other = mint({.issuer = "https://other.example/"}, support::second_key());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(let_in(one, by));
    EXPECT_TRUE(let_in(other, by));
  }
  EXPECT_EQ(here->cache_stats().hits, 2U);
  // One character of the issuer's name changed makes another token, which is not signed.
  EXPECT_FALSE(let_in(mint({.issuer = "https://other.example/"}), by));
}

// A token issued in the future by our clock is good; one that is older than allowed is not, and is
// not kept for longer either.
TEST_F(authenticate_test, a_greatest_age_holds_for_remembered_tokens_too) {
  auto aging = issuer("https://idp.example/", keys_);
  aging.rules.max_token_age = 100s;
  const auto here = own();
  const auto by = std::make_shared<const trusted_issuers>(std::vector{aging}, jose::token_limits{},
                                                          clock_.clock(), here);
  const auto token = mint({.lifetime = 100'000});
  EXPECT_TRUE(let_in(token, by));
  clock_.advance(99s);
  EXPECT_TRUE(let_in(token, by));
  EXPECT_EQ(here->cache_stats().hits, 1U);
  clock_.advance(1s);
  EXPECT_FALSE(let_in(token, by));
  EXPECT_TRUE(let_in(mint({.issued_at = 1'795'434'824 + 600}), trusted()));
}

// A reload makes the issuers anew, in another order, while the caches go on.
TEST_F(authenticate_test, what_is_remembered_of_an_issuer_is_no_other_issuers) {
  const auto shared = own();
  auto mine = issuer("https://idp.example/", keys_);
  const auto others = issuer("https://other.example/", other_keys_);
  const auto made = [&](std::vector<trusted_issuer> issuers) {
    return std::make_shared<const trusted_issuers>(std::move(issuers), jose::token_limits{},
                                                   clock_.clock(), shared);
  };
  const auto token = mint();
  const auto first = made({mine, others});
  EXPECT_TRUE(let_in(token, first));
  EXPECT_TRUE(let_in(token, first));
  const auto hits = [&] { return shared->cache_stats().hits; };

  mine.identity = first->find("https://idp.example/")->identity;
  const auto before = hits();
  EXPECT_TRUE(let_in(token, made({others, mine})));
  EXPECT_EQ(hits(), before + 1) << "on the same terms it is remembered";

  EXPECT_FALSE(let_in(token, made({others}))) << "nobody's any more";
  auto strict = issuer("https://idp.example/", keys_);
  strict.rules.audiences = {"somebody-else"};
  EXPECT_FALSE(let_in(token, made({strict, others}))) << "on other terms";
  EXPECT_FALSE(let_in(token, made({others, strict})));
}

}  // namespace
}  // namespace latchkey::auth
