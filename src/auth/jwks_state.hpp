// What a jwks_client shares with the coroutines at work for it, which may outlive it. Private to
// jwks_client.cpp, where requests ask, and jwks_renewal.cpp, which fetches.
#pragma once

#include "fetch_record.hpp"

#include <latchkey/async/waiters.hpp>
#include <latchkey/auth/jwks_client.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

namespace latchkey::auth {

struct jwks_client::state {
  state(jwks_settings with, key_source from, core::clock time, async::executor where,
        std::function<double()> dice, observer to)
      : settings{std::move(with)},
        source{std::move(from)},
        clock{std::move(time)},
        home{std::move(where)},
        chance{std::move(dice)},
        observe{std::move(to)} {}

  const jwks_settings settings;
  const key_source source;
  const core::clock clock;
  const async::executor home;
  const std::function<double()> chance;
  const observer observe;

  mutable std::mutex mutex;  // guards what follows; never held across co_await, source or observe
  refresh_state policy;
  keys_at_hand at_hand;
  async::waiters waiting;
  bool closed = false;
  fetch_record record;

  // What `policy` says, for those who would rather not take the mutex: the generation, and until
  // when the keys may be used, in the clock's ticks. Written under it, the generation last.
  std::atomic<std::uint64_t> generation{0};
  std::atomic<core::steady_time::rep> good_until{0};

  // Requests refused for an unknown kid.
  std::atomic<std::uint64_t> unknown_kids{0};

  // Touched on `home` only: where the renewal sleeps, null while it does not exist.
  async::timer* pause = nullptr;
  // Held by the renewal's frame: gone once that, or the context of `home`, is.
  std::weak_ptr<const bool> renewal;

  struct found {
    verdict what;
    key_ptr key;
  };

  // The functions named _locked are called with the mutex held.
  key_ptr find_locked(std::string_view kid) const {
    return at_hand.keys ? at_hand.keys->find(kid) : nullptr;
  }

  found look_locked(std::string_view kid, std::string_view client) const {
    auto key = find_locked(kid);
    const auto now = clock.steady();
    if (closed) {
      const bool good = key && usable(policy, now, settings.refresh);
      return {good ? verdict::use : verdict::unavailable, std::move(key)};
    }
    const auto what = decide(policy, kid, client, key != nullptr, now, settings.refresh);
    return {what, std::move(key)};
  }

  found look_again_locked(std::string_view kid) const {
    auto key = find_locked(kid);
    const auto what = decide_after_wait(policy, key != nullptr, clock.steady(), settings.refresh);
    return {what, std::move(key)};
  }

  // Whose fault the fetch is that somebody waits for; nobody's while no key can be used.
  std::optional<refresh_cause> cause_locked(std::string_view kid, std::string_view client) const {
    if (!ready_locked()) return std::nullopt;
    return refresh_cause{std::string{client}, std::string{kid}};
  }

  void publish_locked(core::steady_time now) {
    const auto use = longest_use(policy, settings.refresh);
    const auto end = std::min(now, core::steady_time::max() - use) + use;
    good_until.store(end.time_since_epoch().count(), std::memory_order_relaxed);
    generation.store(policy.generation, std::memory_order_release);
  }

  bool ready_locked() const { return usable(policy, clock.steady(), settings.refresh); }

  static void kick(const std::shared_ptr<state>& self);
  static async::task<> renew(std::shared_ptr<state> self, std::shared_ptr<const bool> alive);
  static async::task<core::result<key_ptr>> wait_for_key(std::shared_ptr<state> self,
                                                         std::string_view kid,
                                                         std::string_view client,
                                                         core::deadline until);
  async::task<> refresh();
  void take(const key_answer& outcome, core::steady_time started);
  void take_locked(const key_answer& outcome, double drawn, core::steady_time now,
                   jwks_event& event);
  core::result<key_ptr> answer(verdict what, key_ptr key);
};

}  // namespace latchkey::auth
