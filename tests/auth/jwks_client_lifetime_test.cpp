// The end of a client, of its context, and of the thread that reads documents for it.
#include "jwks_client_fixture.hpp"

namespace latchkey::auth {
namespace {

TEST_F(jwks_client_test, reads_documents_on_its_thread) {
  client_.emplace(
      settings_, gate_.source(), clock_.clock(), context_->get_executor(), [] { return 0.5; },
      [this](const jwks_event& event) { events_.push_back(event); },
      std::make_unique<async::background_thread>());
  gate_.open([](const std::string&) { return gated_fetch::ok(one_key()); });
  client().prefetch();
  context_->restart();
  while (events_.empty()) context_->run_one();
  EXPECT_TRUE(client().ready());
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
  // A document that is being read when all ends.
  clock_.advance(8min);
  try_key("k1");
  pump();
  client_.reset();
  context_.reset();
}

TEST_F(jwks_client_test, close_wakes_who_waits_and_ends_the_renewal) {
  const auto slot = ask("k1");
  client().close();
  pump();
  EXPECT_TRUE(is_error(slot, errc::keys_unavailable));
  EXPECT_TRUE(is_error(ask("k1"), errc::keys_unavailable));
  EXPECT_EQ(gate_.calls(), 1U);
  let_out(gated_fetch::ok(one_key()));
  EXPECT_THAT(events_, IsEmpty());
  EXPECT_FALSE(client().ready());
  // Nothing is left to run: the context may end.
  context_->restart();
  EXPECT_EQ(context_->run(), 0U);
}

TEST_F(jwks_client_test, closed_client_still_gives_the_keys_it_has) {
  load();
  client().close();
  client().close();
  pump();
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
  clock_.advance(1min);
  EXPECT_TRUE(is_error(ask("k2"), errc::keys_unavailable));
  client().prefetch();
  pump();
  EXPECT_EQ(gate_.calls(), 1U);
}

TEST_F(jwks_client_test, may_be_destroyed_while_it_fetches) {
  const auto slot = ask("k1");
  client_.reset();
  pump();
  EXPECT_TRUE(is_error(slot, errc::keys_unavailable));
  let_out(gated_fetch::ok(one_key()));
  EXPECT_THAT(events_, IsEmpty());
}

TEST_F(jwks_client_test, may_outlive_the_context_it_works_on) {
  load();
  clock_.advance(1min);
  ask("k2");
  ASSERT_EQ(gate_.pending(), 1U);
  context_.reset();
  EXPECT_EQ(client().stats().waiters, 0U);
  EXPECT_TRUE(try_key("k1")->has_value());
  clock_.advance(10min);
  EXPECT_TRUE(try_key("k1")->has_value());
  client().close();
}

TEST_F(jwks_client_test, may_be_made_and_destroyed_on_a_context_that_never_runs) {
  client().prefetch();
  client_.reset();
  context_.reset();
  EXPECT_EQ(gate_.calls(), 0U);
}

}  // namespace
}  // namespace latchkey::auth
