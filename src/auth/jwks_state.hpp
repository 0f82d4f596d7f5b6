// What a jwks_client shares with the coroutines at work for it, which may outlive it. Private to
// jwks_client.cpp, where requests ask, and jwks_renewal.cpp, which fetches.
#pragma once

#include "fetch_record.hpp"

#include <latchkey/async/background_thread.hpp>
#include <latchkey/async/waiters.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/key_checks.hpp>
#include <latchkey/jose/errc.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::auth {

struct jwks_client::state {
  state(jwks_settings with, key_source from, core::clock time, async::executor where,
        std::function<double()> random_numbers, observer to,
        std::unique_ptr<async::background_thread> aside)
      : settings{std::move(with)},
        source{std::move(from)},
        clock{std::move(time)},
        home{std::move(where)},
        random{std::move(random_numbers)},
        observe{std::move(to)},
        checks{std::make_shared<key_checks>(settings.checks, max_cached_checks(settings),
                                            clock.steady)},
        thread{std::move(aside)},
        policy{state_with(negative_kids{secret_from(random)})} {}

  static refresh_state state_with(negative_kids none) {
    refresh_state made;
    made.negative = std::move(none);
    return made;
  }

  // A few documents, so that a provider whose servers differ makes no work each time.
  static std::size_t max_cached_checks(const jwks_settings& settings) {
    return std::max<std::size_t>(1024, 2 * settings.limits.keys);
  }

  static core::siphash_key secret_from(const std::function<double()>& random) {
    const auto word = [&random] {
      const auto half = [&random] { return static_cast<std::uint64_t>(random() * 4294967296.0); };
      const auto high = half();
      return high << 32 | half();
    };
    const auto first = word();
    return {first, word()};
  }

  const jwks_settings settings;
  const key_source source;
  const core::clock clock;
  const async::executor home;
  const std::function<double()> random;
  const observer observe;
  // Shared with the thread that reads a document, which may outlast this; one at a time uses it.
  const std::shared_ptr<key_checks> checks;
  const std::unique_ptr<async::background_thread> thread;  // null: documents are read on `home`

  mutable std::mutex mutex;  // guards what follows; never held across co_await, source or observe
  refresh_state policy;
  cached_jwks cached;
  std::vector<jose::key_set::skipped_key> skipped;  // of the last document that had any keys
  async::waiters waiting;
  bool closed = false;
  fetch_record record;

  // What `policy` says, for those who would rather not take the mutex: the generation, and until
  // when the keys may be used by either clock, in its ticks. Written under it, the generation last.
  std::atomic<std::uint64_t> generation{0};
  std::atomic<core::steady_time::rep> good_until{0};
  std::atomic<core::wall_time::rep> good_until_wall{0};

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
  };

  // The set in use says which key it is, or that the token does not. Where a kid has keys for other
  // algorithms only, the issuer may have added one since.
  static bool is_known(const core::result<key_ptr>& key) {
    return key.has_value() || key.error() == jose::errc::kid_missing;
  }

  // What the policy calls a key that is not known: one kid may stand for a key of each algorithm.
  static std::string name_of(std::string_view kid, jose::algorithm alg) {
    return std::string{jose::name_of(alg)}.append(1, ' ').append(kid);
  }
  // Of all keys there are.
  static std::vector<std::string> names_in(const jose::key_set& keys);

  // The time that the policy goes by, once it knows of the wall clock.
  core::steady_time now_locked() {
    const auto now = clock.age_now();
    note_wall(policy, now, clock.wall());
    return now;
  }

  // The functions named _locked are called with the mutex held.
  core::result<key_ptr> find_locked(std::string_view kid, jose::algorithm alg) const {
    if (!cached.keys) return jose::errc::unknown_key;
    return cached.keys->choose(kid, alg);
  }

  lookup_result lookup_locked(std::string_view kid, jose::algorithm alg, std::string_view client,
                              core::steady_time now) const {
    auto key = find_locked(kid, alg);
    if (closed) {
      const bool good = is_known(key) && usable(policy, now, settings.refresh);
      return {good ? key_lookup_action::use : key_lookup_action::unavailable, std::move(key)};
    }
    const bool known = is_known(key);
    const auto name = known ? std::string{} : name_of(kid, alg);
    const auto what = decide(policy, name, client, known, now, settings.refresh);
    return {what, std::move(key)};
  }

  lookup_result lookup_again_locked(std::string_view kid, jose::algorithm alg) {
    auto key = find_locked(kid, alg);
    const auto what = decide_after_wait(policy, is_known(key), now_locked(), settings.refresh);
    return {what, std::move(key)};
  }

  // Whose fault the fetch is that somebody waits for; nobody's while no key can be used.
  std::optional<refresh_cause> cause_locked(const std::string& name, std::string_view client) {
    if (!ready_locked()) return std::nullopt;
    return refresh_cause{std::string{client}, name};
  }

  void publish_locked(core::steady_time now, core::wall_time wall) noexcept {
    const auto use = longest_use(policy, settings.refresh);
    const auto wall_use = std::chrono::ceil<core::wall_time::duration>(use);
    const auto end = std::min(now, core::steady_time::max() - use) + use;
    const auto wall_end = std::min(wall, core::wall_time::max() - wall_use) + wall_use;
    good_until.store(end.time_since_epoch().count(), std::memory_order_relaxed);
    good_until_wall.store(wall_end.time_since_epoch().count(), std::memory_order_relaxed);
    generation.store(policy.generation, std::memory_order_release);
  }

  bool ready_locked() { return usable(policy, now_locked(), settings.refresh); }

  // Has the refresh loop look at the state anew. Where that throws, for want of memory, nothing has
  // happened; so it goes before what it tells of, under the mutex, under which the loop looks.
  static void wake_refresh_loop(const std::shared_ptr<state>& self);
  static async::task<> refresh_loop(std::shared_ptr<state> self, std::shared_ptr<const bool> alive);
  static async::task<core::result<key_ptr>> wait_for_key(std::shared_ptr<state> self,
                                                         std::string_view kid, jose::algorithm alg,
                                                         std::string_view client,
                                                         core::deadline until);
  async::task<> refresh();
  async::task<key_answer> fetch(core::deadline until);
  async::task<key_answer> read(core::result<http::fetched> got, cached_jwks before);
  void take(const key_answer& outcome, core::steady_time started);
  void take_locked(const key_answer& outcome, std::span<const std::string> names,
                   double jitter_sample, core::steady_time now, jwks_event& event);
  void withdraw_locked(const key_answer& outcome, double jitter_sample, core::steady_time now,
                       jwks_event& event);
  void give_up();
  core::result<key_ptr> answer(key_lookup_action what, core::result<key_ptr> key);
};

}  // namespace latchkey::auth
