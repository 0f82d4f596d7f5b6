// Kids that the set in use does not have: fetches for them, and their limits.
#include "jwks_client_fixture.hpp"

namespace latchkey::auth {
namespace {

TEST_F(jwks_client_test, rotation_is_followed_by_an_unknown_kid) {
  load();
  clock_.advance(30s);
  const auto slot = ask("k2");
  EXPECT_EQ(gate_.calls(), 2U);
  let_out(gated_fetch::ok(both_keys()));
  EXPECT_TRUE(is_key(slot, "k2"));
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
  EXPECT_EQ(client().generation(), 2U);
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_THAT(events_[1].old_kids, ElementsAre("k1"));
  EXPECT_THAT(events_[1].new_kids, ElementsAre("k1", "k2"));
}

TEST_F(jwks_client_test, unknown_kid_within_the_cool_down_is_refused_at_once) {
  load();
  const auto given = try_key("bad");
  ASSERT_TRUE(given && given->has_error());
  EXPECT_EQ(given->error(), jose::errc::unknown_key);
  EXPECT_EQ(gate_.calls(), 1U);
}

TEST_F(jwks_client_test, kid_the_provider_lacks_starts_no_fetch_for_a_minute) {
  settings_.refresh.client_share = 1;
  load();
  clock_.advance(30s);
  const auto first = ask("bad");
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(is_error(first, jose::errc::unknown_key));
  EXPECT_EQ(client().stats().negative_kids, 1U);
  clock_.advance(59s);
  EXPECT_TRUE(is_error(ask("bad"), jose::errc::unknown_key));
  EXPECT_EQ(gate_.calls(), 2U);
  // Another kid may: the cool-down has long passed.
  ask("worse");
  EXPECT_EQ(gate_.calls(), 3U);
  let_out(gated_fetch::ok(one_key()));
  clock_.advance(30s);
  ask("bad");
  EXPECT_EQ(gate_.calls(), 4U);
}

TEST_F(jwks_client_test, flood_of_unknown_kids_costs_one_fetch_a_cool_down) {
  settings_.refresh.client_share = 1;
  load();
  gate_.open([](const std::string&) { return gated_fetch::ok(one_key()); });
  for (int second = 0; second < 300; ++second) {
    clock_.advance(1s);
    for (int i = 0; i < 20; ++i) {
      const auto slot = ask("bad" + std::to_string(second * 20 + i));
      EXPECT_TRUE(is_error(slot, jose::errc::unknown_key));
    }
  }
  EXPECT_LE(gate_.calls(), 1U + 300 / 30);
  EXPECT_GE(gate_.calls(), 10U);
  EXPECT_LE(client().stats().negative_kids, 128U);
}

TEST_F(jwks_client_test, a_token_without_kid_gets_the_one_key_there_can_be) {
  const auto sole = ask("");
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(is_key(sole, "k1"));
  clock_.advance(9min);
  ask("");
  let_out(gated_fetch::ok(both_keys()));
  EXPECT_TRUE(is_error(ask(""), jose::errc::kid_missing)) << "without a fetch";
  EXPECT_EQ(gate_.calls(), 2U);
}

TEST_F(jwks_client_test, one_kid_may_stand_for_a_key_of_each_algorithm) {
  const auto p256 = jose::signing_key::generate(jose::algorithm::es256, "k1");
  client().prefetch();
  pump();
  let_out(gated_fetch::ok(support::jwks({&p256, &support::issuer_key()})));
  const auto rsa = try_key("k1");
  const auto curve = try_key("k1", jose::algorithm::es256);
  ASSERT_TRUE(rsa && *rsa && curve && *curve);
  EXPECT_EQ((**rsa)->family(), jose::key_family::rsa);
  EXPECT_EQ((**curve)->family(), jose::key_family::p256);
  const auto none = try_key("k1", jose::algorithm::es384);
  ASSERT_TRUE(none && none->has_error());
  EXPECT_EQ(none->error(), jose::errc::key_alg_mismatch);
}

TEST_F(jwks_client_test, a_key_that_was_added_under_a_known_kid_is_learnt) {
  settings_.refresh.client_share = 1;
  load();
  const auto p256 = jose::signing_key::generate(jose::algorithm::es256, "k1");
  clock_.advance(30s);
  const auto added = ask("k1", {}, jose::algorithm::es256);
  EXPECT_EQ(gate_.calls(), 2U);
  EXPECT_TRUE(is_key(ask("k1"), "k1")) << "who has a key waits for nothing";
  let_out(gated_fetch::ok(support::jwks({&p256, &support::issuer_key()})));
  EXPECT_TRUE(is_key(added, "k1"));
  clock_.advance(30s);
  const auto none = ask("k1", {}, jose::algorithm::es384);
  EXPECT_EQ(gate_.calls(), 3U);
  let_out(gated_fetch::ok(support::jwks({&p256, &support::issuer_key()})));
  EXPECT_TRUE(is_error(none, jose::errc::key_alg_mismatch));
  clock_.advance(30s);
  EXPECT_TRUE(is_error(ask("k1", {}, jose::algorithm::es384), jose::errc::key_alg_mismatch));
  EXPECT_EQ(gate_.calls(), 3U) << "it is remembered that the issuer has none";
  EXPECT_TRUE(is_key(ask("k1", {}, jose::algorithm::es256), "k1"));
  EXPECT_EQ(client().stats().unknown_kids, 0U);
}

TEST_F(jwks_client_test, who_asks_in_vain_for_another_algorithm_is_charged_for_the_fetch) {
  load();
  clock_.advance(30s);
  const auto none = ask("k1", {}, jose::algorithm::es256);
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(is_error(none, jose::errc::key_alg_mismatch));
  clock_.advance(60s);
  EXPECT_TRUE(is_error(ask("k1", {}, jose::algorithm::es384), jose::errc::key_alg_mismatch));
  EXPECT_EQ(gate_.calls(), 2U);
  clock_.advance(60s);
  ask("k1", {}, jose::algorithm::es384);
  EXPECT_EQ(gate_.calls(), 3U);
}

TEST_F(jwks_client_test, unknown_kid_during_an_outage_is_unavailable_not_unknown) {
  load();
  clock_.advance(1min);
  const auto waited = ask("k2");
  let_out(gated_fetch::no_connection());
  EXPECT_TRUE(is_error(waited, errc::keys_unavailable));
  const auto at_once = try_key("k2");
  ASSERT_TRUE(at_once && at_once->has_error());
  EXPECT_EQ(at_once->error(), errc::keys_unavailable);
  EXPECT_EQ(client().stats().negative_kids, 0U);
}

TEST_F(jwks_client_test, one_client_that_floods_leaves_the_next_fetch_to_another) {
  load();
  clock_.advance(30s);
  const auto fetch_for = [this](std::string_view kid, std::string_view who) {
    const auto given = try_key(kid, jose::algorithm::rs256, who);
    return !given.has_value();
  };
  ASSERT_TRUE(fetch_for("bad1", "192.0.2.1"));
  const auto flood = ask("bad1");
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(is_error(flood, jose::errc::unknown_key));
  clock_.advance(30s);
  EXPECT_FALSE(fetch_for("bad2", client_of_all)) << "it has had its share";
  EXPECT_TRUE(fetch_for("k2", "192.0.2.2"));
  clock_.advance(90s);
  EXPECT_TRUE(fetch_for("bad3", client_of_all)) << "its share is a quarter";
}

}  // namespace
}  // namespace latchkey::auth
