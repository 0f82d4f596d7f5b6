// The client on one thread, under a clock that stands still and a fetch let out by hand: every step
// is the test's own. Threads are in jwks_client_threads_test.cpp.
#include "jwks_client_fixture.hpp"

namespace latchkey::auth {
namespace {

TEST_F(jwks_client_test, fetches_nothing_unasked) {
  client();
  pump();
  EXPECT_EQ(gate_.calls(), 0U);
  EXPECT_FALSE(client().ready());
  EXPECT_EQ(client().generation(), 0U);
}

TEST_F(jwks_client_test, prefetch_loads_once) {
  client().prefetch();
  client().prefetch();
  pump();
  EXPECT_EQ(gate_.calls(), 1U);
  EXPECT_EQ(gate_.last_etag(), "");
  EXPECT_EQ(gate_.last_deadline().at(), clock_.steady() + 5s);
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(client().ready());
  EXPECT_EQ(client().generation(), 1U);
  client().prefetch();
  pump();
  EXPECT_EQ(gate_.calls(), 1U);
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].what, jwks_event::kind::refreshed);
  EXPECT_TRUE(events_[0].changed);
  EXPECT_THAT(events_[0].old_kids, IsEmpty());
  EXPECT_THAT(events_[0].new_kids, ElementsAre("k1"));
}

TEST_F(jwks_client_test, first_request_loads_and_waits) {
  EXPECT_EQ(try_key("k1"), std::nullopt);
  const auto slot = ask("k1");
  EXPECT_EQ(gate_.calls(), 1U);
  EXPECT_FALSE(slot->has_value());
  EXPECT_EQ(client().stats().waiters, 1U);
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(is_key(slot, "k1"));
  EXPECT_EQ(client().stats().waiters, 0U);
}

TEST_F(jwks_client_test, lookup_alone_starts_no_fetch_it_would_have_to_wait_for) {
  EXPECT_EQ(try_key("k1"), std::nullopt);
  pump();
  EXPECT_EQ(gate_.calls(), 0U);
}

TEST_F(jwks_client_test, known_fresh_key_is_given_at_once) {
  load();
  const auto given = try_key("k1");
  ASSERT_TRUE(given && given->has_value());
  EXPECT_EQ((**given)->kid(), "k1");
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
  EXPECT_EQ(gate_.calls(), 1U);
}

TEST_F(jwks_client_test, thousand_requests_share_one_fetch) {
  std::vector<pending_answer> slots;
  for (int i = 0; i < 1000; ++i) slots.push_back(ask(i % 2 == 0 ? "k1" : "bad"));
  EXPECT_EQ(client().stats().waiters, 1000U);
  let_out(gated_fetch::ok(one_key()));
  EXPECT_EQ(gate_.calls(), 1U);
  for (std::size_t i = 0; i < slots.size(); ++i) {
    EXPECT_TRUE(i % 2 == 0 ? is_key(slots[i], "k1") : is_error(slots[i], jose::errc::unknown_key));
  }
}

TEST_F(jwks_client_test, a_deadline_ends_one_wait_and_not_the_fetch) {
  const auto patient = ask("k1");
  const auto hasty = ask("k1", core::deadline{std::chrono::steady_clock::now() + 5ms});
  context_->restart();
  while (!*hasty) context_->run_one();
  EXPECT_TRUE(is_error(hasty, errc::keys_unavailable));
  EXPECT_FALSE(patient->has_value());
  EXPECT_EQ(client().stats().waiters, 1U);
  EXPECT_TRUE(client().stats().in_flight);
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(is_key(patient, "k1"));
  EXPECT_EQ(gate_.calls(), 1U);
}

TEST_F(jwks_client_test, past_refresh_ahead_the_key_is_given_and_a_fetch_started) {
  load();
  clock_.advance(8min);
  for (int i = 0; i < 10; ++i) {
    const auto given = try_key("k1");
    ASSERT_TRUE(given && given->has_value());
    EXPECT_TRUE(client().stats().in_flight) << "marked at once, for all others to see";
  }
  pump();
  EXPECT_EQ(gate_.calls(), 2U);
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
  EXPECT_EQ(gate_.calls(), 2U);
}

TEST_F(jwks_client_test, wait_for_key_too_starts_a_refresh_that_is_due) {
  load();
  clock_.advance(8min);
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
  pump();
  EXPECT_EQ(gate_.calls(), 2U);
}

TEST_F(jwks_client_test, max_age_of_the_provider_counts) {
  client().prefetch();
  pump();
  let_out(gated_fetch::ok(one_key(), "public, max-age=100"));
  clock_.advance(79s);
  try_key("k1");
  pump();
  EXPECT_EQ(gate_.calls(), 1U);
  clock_.advance(1s);
  try_key("k1");
  pump();
  EXPECT_EQ(gate_.calls(), 2U);
}

TEST_F(jwks_client_test, key_that_left_the_set_is_gone) {
  load();
  clock_.advance(8min);
  try_key("k1");
  pump();
  let_out(gated_fetch::ok(other_key()));
  const auto given = try_key("k1");
  ASSERT_TRUE(given && given->has_error());
  EXPECT_EQ(given->error(), jose::errc::unknown_key);
}

TEST_F(jwks_client_test, same_kid_with_another_key_is_a_change) {
  load();
  const auto before = **try_key("k1");
  const auto impostor = jose::signing_key::generate(2048, "k1");
  clock_.advance(8min);
  try_key("k1");
  pump();
  let_out(gated_fetch::ok(support::jwks(impostor)));
  EXPECT_EQ(client().generation(), 2U);
  const auto after = **try_key("k1");
  EXPECT_NE(before->content(), after->content());
}

TEST_F(jwks_client_test, same_keys_again_keep_their_objects) {
  load();
  const auto before = **try_key("k1");
  clock_.advance(8min);
  try_key("k1");
  pump();
  let_out(gated_fetch::ok(" " + one_key()));
  EXPECT_EQ(**try_key("k1"), before);
  EXPECT_EQ(client().generation(), 1U);
  EXPECT_EQ(client().stats().fetches_ok, 2U);
  EXPECT_FALSE(events_.back().changed);
}

TEST_F(jwks_client_test, renews_without_requests) {
  settings_.refresh.max_age = 10ms;
  gate_.open([](const std::string&) { return gated_fetch::ok(one_key()); });
  make_client(core::system_clock());
  client().prefetch();
  while (gate_.calls() < 4) context_->run_one();
  EXPECT_EQ(gate_.max_at_once(), 1U);
}

}  // namespace
}  // namespace latchkey::auth
