// Fetches that fail, documents that cannot be used, and keys that get too old meanwhile.
#include "jwks_client_fixture.hpp"

namespace latchkey::auth {
namespace {

TEST_F(jwks_client_test, failures_of_any_kind_are_told_and_change_nothing) {
  using jose::errc;
  auto limited = settings_.limits.bytes;
  struct {
    const char* name;
    gated_fetch::outcome outcome;
    core::error_code expected;
    unsigned status;
  } const cases[] = {
      {"no connection", gated_fetch::no_connection(), gated_fetch::no_connection().error(), 0},
      {"204", gated_fetch::status(204), auth::errc::fetch_status, 204},
      {"301", gated_fetch::status(301), auth::errc::fetch_status, 301},
      {"404", gated_fetch::status(404), auth::errc::fetch_status, 404},
      {"503", gated_fetch::status(503), auth::errc::fetch_status, 503},
      {"empty", gated_fetch::ok(""), errc::bad_json, 200},
      {"not JSON", gated_fetch::ok("<html>"), errc::bad_json, 200},
      {"no key set", gated_fetch::ok("{}"), errc::bad_key_set, 200},
      {"no key", gated_fetch::ok(R"({"keys":[]})"), errc::no_usable_key, 200},
      {"no usable key", gated_fetch::ok(R"({"keys":[{"kty":"EC","kid":"e"}]})"),
       errc::no_usable_key, 200},
      {"too large", gated_fetch::ok(std::string(limited + 1, ' ')), errc::key_set_too_large, 200},
  };
  load();
  for (const auto& [name, outcome, expected, status] : cases) {
    clock_.advance(10min);
    try_key("k1");
    pump();
    let_out(outcome);
    const auto& event = events_.back();
    EXPECT_EQ(event.what, jwks_event::kind::failed) << name;
    EXPECT_EQ(event.error, expected) << name << ": " << event.error.message();
    EXPECT_EQ(event.status, status) << name;
    EXPECT_TRUE(is_key(ask("k1"), "k1")) << name;
    EXPECT_EQ(client().generation(), 1U) << name;
  }
  EXPECT_EQ(client().stats().fetches_failed, std::size(cases));
  EXPECT_EQ(client().stats().failures_in_row, std::size(cases));
  EXPECT_EQ(events_.back().failures, std::size(cases));
}

TEST_F(jwks_client_test, failure_while_nothing_is_loaded_is_unavailable_until_the_back_off_ends) {
  const auto first = ask("k1");
  let_out(gated_fetch::no_connection());
  EXPECT_TRUE(is_error(first, errc::keys_unavailable));
  EXPECT_EQ(client().lookup("k1", jose::algorithm::rs256, client_of_all).retry_after, 1U);
  clock_.advance(999ms);
  const auto second = try_key("k1");
  ASSERT_TRUE(second && second->has_error());
  EXPECT_EQ(second->error(), errc::keys_unavailable);
  EXPECT_EQ(gate_.calls(), 1U);
  clock_.advance(1ms);
  const auto third = ask("k1");
  EXPECT_EQ(gate_.calls(), 2U);
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(is_key(third, "k1"));
  ASSERT_EQ(events_.size(), 2U);
  EXPECT_EQ(events_[0].backoff, 1s);
  EXPECT_EQ(events_[1].what, jwks_event::kind::recovered);
  EXPECT_EQ(events_[1].failures, 1U);
}

TEST_F(jwks_client_test, retry_after_of_the_provider_is_heeded) {
  const auto first = ask("k1");
  let_out(gated_fetch::status(503, "20"));
  EXPECT_EQ(client().lookup("k1", jose::algorithm::rs256, client_of_all).retry_after, 20U);
  clock_.advance(19s);
  EXPECT_TRUE(is_error(ask("k1"), errc::keys_unavailable));
  EXPECT_EQ(gate_.calls(), 1U);
}

TEST_F(jwks_client_test, outage_of_a_day_is_bridged_and_no_longer) {
  load();
  gate_.open([](const std::string&) { return gated_fetch::no_connection(); });
  for (int hour = 1; hour < 24; ++hour) {
    clock_.advance(1h);
    EXPECT_TRUE(is_key(ask("k1"), "k1")) << hour;
    EXPECT_TRUE(client().ready()) << hour;
  }
  clock_.advance(1h);
  EXPECT_FALSE(client().ready());
  EXPECT_TRUE(is_error(ask("k1"), errc::keys_unavailable));
  gate_.open([](const std::string&) { return gated_fetch::ok(one_key()); });
  clock_.advance(60s);
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
  EXPECT_TRUE(client().ready());
}

TEST_F(jwks_client_test, fetch_that_throws_is_a_failure_and_not_the_end) {
  gate_.open([](const std::string&) -> gated_fetch::outcome { throw std::runtime_error{"boom"}; });
  EXPECT_TRUE(is_error(ask("k1"), errc::keys_unavailable));
  ASSERT_EQ(events_.size(), 1U);
  EXPECT_EQ(events_[0].error, errc::fetch_failed);
  EXPECT_FALSE(client().stats().in_flight);
  gate_.open([](const std::string&) { return gated_fetch::ok(one_key()); });
  clock_.advance(1s);
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
}

// The two tests below run on the machine's clock, in steps of milliseconds: nobody asks, and yet
// the keys are renewed.
TEST_F(jwks_client_test, heals_by_itself_after_failures) {
  settings_.refresh.backoff_first = 1ms;
  settings_.refresh.backoff_max = 2ms;
  gate_.open([this](const std::string&) {
    return events_.size() < 4 ? gated_fetch::no_connection() : gated_fetch::ok(one_key());
  });
  make_client(core::system_clock());
  client().prefetch();
  while (!client().ready()) context_->run_one();
  EXPECT_EQ(gate_.calls(), 5U);
  ASSERT_EQ(events_.size(), 5U);
  EXPECT_EQ(events_.back().what, jwks_event::kind::recovered);
  EXPECT_EQ(events_.back().failures, 4U);
}

TEST_F(jwks_client_test, a_set_that_was_suspended_with_the_machine_is_as_old_as_that) {
  load();
  const auto generation = client().generation();
  clock_.suspend(48h);
  EXPECT_FALSE(client().current(generation));
  EXPECT_FALSE(client().ready());
  EXPECT_EQ(client().stats().state, keys_state::expired);
  EXPECT_EQ(client().stats().age, 48h);
  const auto slot = ask("k1");
  EXPECT_EQ(gate_.last_deadline().at(), clock_.steady() + 5s);
  let_out(gated_fetch::no_connection());
  EXPECT_TRUE(is_error(slot, errc::keys_unavailable));
}

TEST_F(jwks_client_test, a_set_that_the_wall_clock_finds_too_old_is_not_used) {
  load();
  const auto generation = client().generation();
  clock_.set_wall(48h);
  EXPECT_FALSE(client().current(generation));
  EXPECT_EQ(try_key("k1"), std::nullopt);
  EXPECT_EQ(client().stats().age, 48h);
  const auto slot = ask("k1");
  let_out(gated_fetch::no_connection());
  EXPECT_TRUE(is_error(slot, errc::keys_unavailable));
  // Set back to what it was: nothing of it stays.
  clock_.set_wall(-48h);
  EXPECT_TRUE(client().current(generation));
  EXPECT_TRUE(is_key(ask("k1"), "k1"));
  clock_.advance(1min);
  try_key("bad");
  EXPECT_LE(*client().stats().next_attempt, 0s) << "the back-off has not moved with it";
}

TEST_F(jwks_client_test, an_observer_that_throws_ends_nothing) {
  client_.emplace(
      settings_, gate_.source(), clock_.clock(), context_->get_executor(), [] { return 0.5; },
      [](const jwks_event&) { throw std::bad_alloc{}; });
  client().prefetch();
  pump();
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(client().ready());
  clock_.advance(8min);
  try_key("k1");
  pump();
  EXPECT_EQ(gate_.calls(), 2U);
}

TEST_F(jwks_client_test, what_throws_before_the_outcome_counts_is_a_failure) {
  bool throws = false;
  client_.emplace(
      settings_, gate_.source(), clock_.clock(), context_->get_executor(),
      [&throws] {
        if (throws) throw std::bad_alloc{};
        return 0.5;
      },
      [](const jwks_event&) {});
  throws = true;
  const auto slot = ask("k1");
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(is_error(slot, errc::keys_unavailable));
  EXPECT_FALSE(client().stats().in_flight);
  EXPECT_EQ(client().stats().failures_in_row, 1U);
  throws = false;
  clock_.advance(1s);
  const auto again = ask("k1");
  let_out(gated_fetch::ok(one_key()));
  EXPECT_TRUE(is_key(again, "k1"));
}

TEST_F(jwks_client_test, a_failure_is_news_once_and_again_when_it_is_another_or_keys_end) {
  settings_.refresh.max_stale = 20min;
  load();
  std::vector<bool> news;
  std::vector<bool> usable;
  const auto fail = [&](core::steady_duration later, gated_fetch::outcome with) {
    clock_.advance(later);
    try_key("k1");
    try_key("other");
    const auto waiting = ask("k1");
    let_out(std::move(with));
    news.push_back(events_.back().news);
    usable.push_back(events_.back().usable);
  };
  fail(9min, gated_fetch::status(500));
  fail(2min, gated_fetch::status(500));
  fail(2min, gated_fetch::status(404));
  fail(2min, gated_fetch::no_connection());
  fail(2min, gated_fetch::no_connection());
  fail(5min, gated_fetch::no_connection());
  fail(5min, gated_fetch::no_connection());
  EXPECT_THAT(news, ElementsAre(true, false, true, true, false, true, false));
  EXPECT_THAT(usable, ElementsAre(true, true, true, true, true, false, false));
}

TEST_F(jwks_client_test, fails_closed_at_max_age_where_max_stale_is_zero) {
  settings_.refresh.max_stale = 0s;
  client().prefetch();
  pump();
  let_out(gated_fetch::ok(one_key(), "max-age=100"));
  const auto generation = client().generation();
  clock_.advance(99s);
  EXPECT_TRUE(client().current(generation));
  EXPECT_TRUE(try_key("k1")->has_value());
  pump();
  let_out(gated_fetch::status(500));
  clock_.advance(1s);
  EXPECT_FALSE(client().current(generation)) << "a cached token must not outlive its key";
  EXPECT_FALSE(client().ready());
  const auto slot = ask("k1");
  let_out(gated_fetch::status(500));
  EXPECT_TRUE(is_error(slot, errc::keys_unavailable));
}

}  // namespace
}  // namespace latchkey::auth
