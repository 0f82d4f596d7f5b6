// The client on one thread, under a clock that stands still and a fetch let out by hand: every step
// is the test's own. Threads are in jwks_client_threads_test.cpp.
#include <latchkey/async/io_pool.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <support/gated_fetch.hpp>
#include <support/manual_clock.hpp>
#include <support/mint.hpp>

#include <memory>
#include <new>
#include <stdexcept>

namespace latchkey::auth {
namespace {

using namespace std::chrono_literals;
using support::gated_fetch;
using testing::ElementsAre;
using testing::IsEmpty;

using answer = core::result<key_ptr>;
using pending_answer = std::shared_ptr<std::optional<answer>>;

constexpr std::string_view client_of_all = "192.0.2.1";

std::string one_key() {
  return support::jwks();
}
std::string both_keys() {
  return support::jwks({&support::issuer_key(), &support::second_key()});
}
std::string other_key() {
  return support::jwks(support::second_key());
}

class jwks_client_test : public testing::Test {
 protected:
  ~jwks_client_test() override {
    client_.reset();
    if (context_) pump();
  }

  jwks_client& client() {
    if (!client_) make_client(clock_.clock());
    return *client_;
  }

  void make_client(core::clock clock) {
    client_.emplace(
        settings_, gate_.source(), std::move(clock), context_->get_executor(), [] { return 0.5; },
        [this](const jwks_event& event) { events_.push_back(event); }, nullptr, &readers_);
  }

  // What a lookup gives on this thread; nothing where a fetch has to be waited for.
  std::optional<answer> try_key(std::string_view kid, jose::algorithm alg = jose::algorithm::rs256,
                                std::string_view who = client_of_all) {
    const auto found = client().lookup(kid, alg, who);
    if (found.must_wait()) return std::nullopt;
    return answer_of(found);
  }

  static answer answer_of(const key_lookup& found) {
    if (found.error) return found.error;
    return found.key;
  }

  // Runs all there is to run; sleepers stay asleep.
  void pump() {
    context_->restart();
    while (context_->poll() > 0) {
    }
  }

  pending_answer ask(std::string kid, core::deadline until = {},
                     jose::algorithm alg = jose::algorithm::rs256) {
    auto slot = std::make_shared<std::optional<answer>>();
    const auto waiting = [](jwks_client& from, std::string name, jose::algorithm serving,
                            core::deadline by, pending_answer out) -> async::task<> {
      out->emplace(answer_of(co_await from.wait_for_key(name, serving, client_of_all, by)));
    };
    async::asio::co_spawn(*context_, waiting(client(), std::move(kid), alg, until, slot),
                          async::asio::detached);
    pump();
    return slot;
  }

  void let_out(gated_fetch::outcome outcome) {
    gate_.release(std::move(outcome));
    pump();
  }

  // A client that has just loaded k1.
  void load() {
    client().prefetch();
    pump();
    let_out(gated_fetch::ok(one_key()));
    ASSERT_TRUE(client().ready());
  }

  static bool is_key(const pending_answer& slot, std::string_view kid) {
    return *slot && (*slot)->has_value() && (***slot)->kid() == kid;
  }
  static bool is_error(const pending_answer& slot, core::error_code error) {
    return *slot && (*slot)->has_error() && (*slot)->error() == error;
  }

  // The test asks as a thread that has a snapshot of the keys.
  async::io_pool readers_{1};
  async::io_pool::thread_scope as_reader_{readers_, 0};
  std::unique_ptr<async::asio::io_context> context_ = std::make_unique<async::asio::io_context>();
  support::manual_clock clock_;
  gated_fetch gate_;
  jwks_settings settings_;
  std::vector<jwks_event> events_;
  std::optional<jwks_client> client_;
};

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

TEST_F(jwks_client_test, renews_without_requests) {
  settings_.refresh.max_age = 10ms;
  gate_.open([](const std::string&) { return gated_fetch::ok(one_key()); });
  make_client(core::system_clock());
  client().prefetch();
  while (gate_.calls() < 4) context_->run_one();
  EXPECT_EQ(gate_.max_at_once(), 1U);
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
