// Lookups on threads that keep a snapshot of the keys, compared with lookups under the lock.
#include "jwks_client_fixture.hpp"

#include <atomic>
#include <future>
#include <thread>

namespace latchkey::auth {
namespace {

class jwks_client_snapshot_test : public jwks_client_test {
 protected:
  // As a thread that has no snapshot.
  std::optional<answer> under_lock(std::string_view kid) {
    const async::io_pool none{1};
    const async::io_pool::thread_scope elsewhere{none, 0};
    return try_key(kid);
  }

  // The second lookup of a thread is the one from its snapshot.
  void expect_same(std::string_view when) {
    for (const auto* kid : {"k1", "k2", "", "bad"}) {
      const auto with = try_key(kid);
      const auto without = under_lock(kid);
      EXPECT_EQ(with, without) << when << ": " << kid;
      EXPECT_EQ(try_key(kid), without) << when << ", once more: " << kid;
    }
  }

  void refresh(gated_fetch::outcome outcome) {
    clock_.advance(8min);
    for (const auto* kid : {"k1", "k2"}) try_key(kid);  // whichever is known
    pump();
    let_out(std::move(outcome));
  }
};

TEST_F(jwks_client_snapshot_test, gives_what_a_lookup_under_the_lock_gives) {
  settings_.refresh.max_stale = 1h;
  expect_same("nothing loaded");
  load();
  expect_same("loaded");
  refresh(gated_fetch::ok(both_keys()));
  expect_same("a key more");
  refresh(gated_fetch::ok(other_key()));
  expect_same("a key less");
  refresh(gated_fetch::no_connection());
  expect_same("in back-off");
  clock_.advance(30min);
  expect_same("stale");
  clock_.advance(30min);
  expect_same("too old");
}

TEST_F(jwks_client_snapshot_test, a_key_that_was_taken_away_is_gone_from_every_snapshot) {
  load();
  ASSERT_TRUE(try_key("k1")->has_value());
  const auto generation = client().lookup("k1", jose::algorithm::rs256, client_of_all).generation;
  EXPECT_EQ(generation, client().generation());
  refresh(gated_fetch::ok(support::jwks(jose::signing_key::generate(2048, "k3"))));
  ASSERT_TRUE(try_key("k1"));
  EXPECT_FALSE(try_key("k1")->has_value());
  EXPECT_FALSE(client().current(generation));
  const auto now = client().lookup("k3", jose::algorithm::rs256, client_of_all);
  ASSERT_TRUE(now.key);
  EXPECT_EQ(now.generation, client().generation());
}

TEST_F(jwks_client_snapshot_test, keys_too_old_by_either_clock_are_not_used) {
  settings_.refresh.max_stale = 10min;
  load();
  ASSERT_TRUE(try_key("k1")->has_value());
  clock_.set_wall(10min - 1s);
  EXPECT_TRUE(try_key("k1")->has_value());
  pump();
  let_out(gated_fetch::no_connection());
  EXPECT_TRUE(try_key("k1")->has_value());
  clock_.set_wall(1s);
  const auto late = try_key("k1");
  EXPECT_TRUE(!late || late->has_error());
}

TEST_F(jwks_client_snapshot_test, a_refresh_that_is_due_begins) {
  load();
  ASSERT_TRUE(try_key("k1")->has_value());
  clock_.advance(8min - 1ms);
  try_key("k1");
  EXPECT_FALSE(client().stats().in_flight);
  clock_.advance(1ms);
  EXPECT_TRUE(try_key("k1")->has_value());
  EXPECT_TRUE(client().stats().in_flight);
}

TEST_F(jwks_client_snapshot_test, a_refresh_that_is_due_by_the_wall_clock_begins) {
  load();
  ASSERT_TRUE(try_key("k1")->has_value());
  clock_.set_wall(8min);
  EXPECT_TRUE(try_key("k1")->has_value());
  EXPECT_TRUE(client().stats().in_flight);
}

// The other thread is stopped by the clock, which it asks while it has the lock.
TEST_F(jwks_client_snapshot_test, a_fresh_key_is_given_while_another_thread_has_the_lock) {
  std::promise<void> inside;
  std::promise<void> leave;
  const auto may_leave = leave.get_future().share();
  std::atomic<bool> armed{false};
  const auto reader = std::this_thread::get_id();
  auto clock = clock_.clock();
  clock.wall = [&, wall = clock.wall] {
    if (armed && std::this_thread::get_id() != reader && armed.exchange(false)) {
      inside.set_value();
      may_leave.wait_for(10s);
    }
    return wall();
  };
  make_client(clock);
  load();
  ASSERT_TRUE(try_key("k1")->has_value());
  armed = true;
  std::thread other{[&] { client().lookup("k1", jose::algorithm::rs256, client_of_all); }};
  inside.get_future().wait();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_TRUE(try_key("k1")->has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s) << "waited for the lock";
  leave.set_value();
  other.join();
}

}  // namespace
}  // namespace latchkey::auth
