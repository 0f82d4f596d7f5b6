// What documents say: keys left out or taken away, entity tags, and what is told and counted of
// them.
#include "jwks_client_fixture.hpp"

namespace latchkey::auth {
namespace {

TEST_F(jwks_client_test, keys_none_of_which_can_be_used_are_told_with_their_reasons) {
  client().prefetch();
  pump();
  let_out(gated_fetch::ok(R"({"keys":[{"kty":"EC","kid":"e"}]})"));
  ASSERT_EQ(events_.size(), 1U);
  ASSERT_EQ(events_[0].skipped.size(), 1U);
  EXPECT_EQ(events_[0].skipped[0].kid, "e");
  EXPECT_EQ(events_[0].skipped[0].kty, "EC");
  EXPECT_EQ(events_[0].skipped[0].why, jose::errc::bad_jwk);
  ASSERT_EQ(client().stats().skipped.size(), 1U);
  EXPECT_EQ(client().stats().skipped[0].why, jose::errc::bad_jwk);
  clock_.advance(1min);
  ask("k1");
  let_out(gated_fetch::ok(R"({"keys":[{"kty":"oct","kid":"e"}]})"));
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_TRUE(events_[1].news) << "other reasons";
  EXPECT_EQ(client().stats().skipped[0].why, jose::errc::kty_not_supported);
}

TEST_F(jwks_client_test, skipped_keys_are_told) {
  client().prefetch();
  pump();
  auto document = one_key();
  document.insert(document.rfind(']'), R"(,{"kty":"AKP","kid":"pq"})");
  let_out(gated_fetch::ok(document));
  ASSERT_EQ(events_.size(), 1U);
  ASSERT_EQ(events_[0].skipped.size(), 1U);
  EXPECT_EQ(events_[0].skipped[0].kid, "pq");
  EXPECT_EQ(events_[0].skipped[0].why, jose::errc::kty_not_supported);
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
}

TEST_F(jwks_client_test, stats_tell_what_is) {
  load();
  clock_.advance(90s);
  const auto stats = client().stats();
  EXPECT_EQ(stats.fetches_ok, 1U);
  EXPECT_EQ(stats.fetches_failed, 0U);
  EXPECT_FALSE(stats.in_flight);
  EXPECT_TRUE(stats.ready);
  EXPECT_EQ(stats.generation, 1U);
  EXPECT_THAT(stats.kids, ElementsAre("k1"));
  EXPECT_EQ(stats.age, 90s);
}

std::string changed_key(const std::string& member, const std::string& value) {
  auto document = boost::json::parse(one_key()).as_object();
  document["keys"].as_array()[0].as_object()[member] = value;
  return boost::json::serialize(document);
}

TEST_F(jwks_client_test, keys_that_the_provider_disqualifies_are_gone_at_once) {
  for (const auto& document : {changed_key("d", "AQAB"), changed_key("use", "enc")}) {
    client_.reset();
    events_.clear();
    client().prefetch();
    pump();
    let_out(gated_fetch::tagged(one_key(), "\"a\""));
    const auto generation = client().generation();
    ASSERT_TRUE(client().current(generation));
    clock_.advance(8min);
    try_key("k1");
    pump();
    let_out(gated_fetch::ok(document));
    EXPECT_FALSE(client().current(generation)) << "no token of the cache outlives the key";
    EXPECT_FALSE(client().ready());
    EXPECT_EQ(client().stats().state, keys_state::withdrawn);
    EXPECT_TRUE(is_error(ask("k1"), errc::keys_unavailable)) << "in the back-off";
    EXPECT_EQ(events_.back().what, jwks_event::kind::failed);
    EXPECT_TRUE(events_.back().changed);
    EXPECT_TRUE(events_.back().news);
    EXPECT_FALSE(events_.back().usable);
    EXPECT_THAT(events_.back().old_kids, ElementsAre("k1"));
    ASSERT_EQ(events_.back().skipped.size(), 1U);
    ASSERT_EQ(client().stats().skipped.size(), 1U);

    clock_.advance(1s);
    const auto again = ask("k1");
    EXPECT_EQ(gate_.last_etag(), "") << "the document before must not be confirmed";
    let_out(gated_fetch::ok(document));
    EXPECT_TRUE(is_error(again, errc::keys_unavailable));
    EXPECT_FALSE(events_.back().changed);
    EXPECT_FALSE(events_.back().news);

    clock_.advance(1min);
    const auto healed = ask("k1");
    let_out(gated_fetch::ok(one_key()));
    EXPECT_TRUE(is_key(healed, "k1"));
    EXPECT_EQ(events_.back().what, jwks_event::kind::recovered);
    EXPECT_GT(client().generation(), generation + 1);
  }
}

TEST_F(jwks_client_test, asks_with_the_entity_tag_and_keeps_the_set_that_is_still_the_same) {
  client().prefetch();
  pump();
  let_out(gated_fetch::tagged(one_key(), "\"a\"", "max-age=300"));
  const auto generation = client().generation();
  const auto before = **try_key("k1");
  clock_.advance(250s);
  try_key("k1");
  pump();
  EXPECT_EQ(gate_.last_etag(), "\"a\"");
  let_out(gated_fetch::status(304));
  EXPECT_EQ(**try_key("k1"), before);
  EXPECT_EQ(client().generation(), generation);
  const auto now = client().stats();
  EXPECT_EQ(now.age, core::steady_duration{0});
  EXPECT_EQ(now.max_age, 300s);
  EXPECT_EQ(now.fetches[static_cast<std::size_t>(fetch_result::not_modified)], 1U);
  EXPECT_EQ(now.fetches_ok, 2U);
  EXPECT_FALSE(events_.back().changed);

  // The tag stays with the set for the next time.
  clock_.advance(250s);
  try_key("k1");
  pump();
  EXPECT_EQ(gate_.last_etag(), "\"a\"");
  let_out(gated_fetch::ok(other_key()));
  EXPECT_EQ(client().stats().kids, std::vector<std::string>{"k2"});
}

TEST_F(jwks_client_test, a_304_brings_back_keys_that_were_too_old_to_be_used) {
  client().prefetch();
  pump();
  let_out(gated_fetch::tagged(one_key(), "\"a\""));
  clock_.advance(25h);
  EXPECT_FALSE(client().ready());
  EXPECT_EQ(client().stats().state, keys_state::expired);
  const auto slot = ask("k1");
  let_out(gated_fetch::status(304));
  EXPECT_TRUE(is_key(slot, "k1"));
  EXPECT_EQ(client().stats().state, keys_state::fresh);
}

TEST_F(jwks_client_test, a_304_nobody_asked_for_is_a_failure) {
  load();
  clock_.advance(9min);
  try_key("k1");
  pump();
  let_out(gated_fetch::status(304));
  EXPECT_EQ(events_.back().what, jwks_event::kind::failed);
  EXPECT_TRUE(client().ready());
}

TEST_F(jwks_client_test, a_304_with_the_tag_of_another_document_has_it_asked_for_in_full) {
  client().prefetch();
  pump();
  let_out(gated_fetch::tagged(one_key(), "\"a\""));
  clock_.advance(9min);
  ask("k1");
  EXPECT_EQ(gate_.last_etag(), "\"a\"");
  auto other = gated_fetch::status(304);
  other->etag = "\"b\"";
  let_out(other);
  EXPECT_EQ(events_.back().error, errc::other_document);
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
  clock_.advance(1s);
  ask("k1");
  EXPECT_EQ(gate_.last_etag(), "");
  let_out(gated_fetch::tagged(other_key(), "\"b\""));
  EXPECT_THAT(client().stats().kids, ElementsAre("k2"));
}

TEST_F(jwks_client_test, counts_what_an_operator_asks_for) {
  load();
  try_key("bad");
  try_key("bad");
  clock_.advance(8min);
  try_key("k1");
  pump();
  clock_.advance(300ms);
  let_out(gated_fetch::status(503, "7"));
  const auto now = client().stats();
  EXPECT_EQ(now.unknown_kids, 2U);
  EXPECT_EQ(now.last_status, 503U);
  EXPECT_EQ(now.last_error, errc::fetch_status);
  EXPECT_EQ(now.fetches[static_cast<std::size_t>(fetch_result::status)], 1U);
  EXPECT_EQ(now.duration_sum, 300ms);
  EXPECT_EQ(now.durations[4], 1U) << "0.25 to 0.5 s";
  EXPECT_EQ(now.next_attempt, 7s);
  EXPECT_EQ(*now.last_attempt - *now.last_success, 8min + 300ms);
}

TEST_F(jwks_client_test, says_once_what_it_leaves_out) {
  const auto with_bad = R"({"keys":[{"kty":"AKP","kid":"pq","alg":"ML-DSA-44","pub":"AA"},)" +
                        one_key().substr(one_key().find('[') + 1);
  for (int i = 0; i < 2; ++i) {
    if (i == 0) {
      client().prefetch();
    } else {
      clock_.advance(9min);
      try_key("k1");
    }
    pump();
    let_out(gated_fetch::ok(with_bad));
  }
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_TRUE(events_[0].skipped_changed);
  EXPECT_FALSE(events_[1].skipped_changed);
  ASSERT_EQ(client().stats().skipped.size(), 1U);
  EXPECT_EQ(client().stats().skipped[0].kid, "pq");
}

}  // namespace
}  // namespace latchkey::auth
