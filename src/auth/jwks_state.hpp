// What a jwks_client shares with the coroutines at work for it, which may outlive it. Private to
// jwks_client.cpp, where requests ask, and jwks_refresh_loop.cpp, which fetches.
#pragma once

#include "fetch_record.hpp"
#include "key_state.hpp"

#include <latchkey/async/background_thread.hpp>
#include <latchkey/async/per_thread.hpp>
#include <latchkey/async/waiters.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/jwks_fetch.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

namespace latchkey::auth {

// The set in use, kept by one thread for its own lookups.
struct alignas(64) key_snapshot {
  std::uint64_t version = 0;  // 0: none yet
  std::uint64_t generation = 0;
  std::shared_ptr<const jose::key_set> keys;
};

struct jwks_client::state {
  state(jwks_settings with, key_source source, core::clock time, async::executor where,
        std::function<double()> random_numbers, observer to,
        std::unique_ptr<async::background_thread> thread, const async::io_pool* readers);

  const jwks_settings settings;
  const core::clock clock;
  const async::executor home;
  const std::function<double()> random;
  const observer observe;
  const jwks_fetcher fetcher;
  std::optional<async::per_thread<key_snapshot>> snapshots;

  mutable std::mutex mutex;  // guards what follows; never held across co_await, source or observe
  key_state keys;
  async::waiters waiting;
  bool closed = false;
  fetch_record record;

  // What `keys` says, for those who would rather not take the mutex. Written under it, by
  // publish_locked; times are in ticks, by either clock.
  std::atomic<std::uint64_t> generation{0};
  std::atomic<std::uint64_t> version{0};  // grows whenever keys.cached.keys is replaced
  std::atomic<core::steady_time::rep> usable_until{0};
  std::atomic<core::wall_time::rep> usable_until_wall{0};
  // From then on a request for a known key may have to start a refresh.
  std::atomic<core::steady_time::rep> quiet_until{0};
  std::atomic<core::wall_time::rep> quiet_until_wall{0};

  // Requests refused for an unknown kid, not for an algorithm that a known one does not serve.
  std::atomic<std::uint64_t> unknown_kids{0};

  // Touched on `home` only: where the refresh loop sleeps, null while it does not exist.
  async::timer* pause = nullptr;
  // Held by the loop's frame: gone once that, or the context of `home`, is.
  std::weak_ptr<const bool> loop_alive;

  struct lookup_result {
    key_lookup_action what;
    core::result<key_ptr> key;  // what the set in use says

    bool known() const { return is_known(key); }
    bool waits() const {
      return what == key_lookup_action::wait || what == key_lookup_action::refresh_and_wait;
    }
  };

  // Neither takes the mutex. The set in use is not too old.
  bool is_usable_now() const;
  // The set of that version is the one in use, is not too old, and nothing is due: a key in it is
  // what a lookup under the mutex would give.
  bool is_fresh(std::uint64_t of_version) const;

  // The time that the policy goes by, once it knows of the wall clock. The functions named _locked
  // are called with the mutex held.
  core::steady_time now_locked() {
    const auto now = clock.age_now();
    note_wall(keys.policy, now, clock.wall());
    return now;
  }
  bool ready_locked() { return usable(keys.policy, now_locked(), settings.refresh); }

  lookup_result lookup_locked(std::string_view kid, jose::algorithm alg, std::string_view client,
                              core::steady_time now) const;
  lookup_result lookup_after_wait_locked(std::string_view kid, jose::algorithm alg);
  // The result as the caller is given it.
  key_lookup finish_locked(lookup_result found);
  // Gives the set that the thread had before, to be let go without the mutex.
  std::shared_ptr<const jose::key_set> take_snapshot_locked(key_snapshot& mine) const;

  // Marks a fetch as in flight, and wakes the loop that makes it. Where that throws, for want of
  // memory, nothing has happened.
  static void begin_fetch_locked(const std::shared_ptr<state>& self, core::steady_time now,
                                 std::optional<refresh_cause> cause = std::nullopt);
  // `replaced`: keys.cached.keys is another set.
  void publish_locked(bool replaced) noexcept;
  void publish_quiet_locked() noexcept;

  static key_lookup lookup(const std::shared_ptr<state>& self, std::string_view kid,
                           jose::algorithm alg, std::string_view client);
  static async::task<key_lookup> wait_for_key(std::shared_ptr<state> self, std::string_view kid,
                                              jose::algorithm alg, std::string_view client,
                                              core::deadline until);

  // Has the refresh loop look at the state anew. Called before what it tells of, under the mutex,
  // under which the loop looks: where it throws nothing has happened.
  static void wake_refresh_loop(const std::shared_ptr<state>& self);
  static async::task<> refresh_loop(std::shared_ptr<state> self, std::shared_ptr<const bool> alive);
  async::task<> refresh();
  void take(const fetch_outcome& outcome, core::steady_time started);
  void give_up();
};

}  // namespace latchkey::auth
