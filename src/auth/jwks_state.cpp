#include "jwks_state.hpp"

#include <latchkey/auth/errc.hpp>
#include <latchkey/jose/errc.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace latchkey::auth {
namespace {

core::siphash_key secret_from(const std::function<double()>& random) {
  const auto word = [&random] {
    const auto half = [&random] { return static_cast<std::uint64_t>(random() * 4294967296.0); };
    const auto high = half();
    return high << 32 | half();
  };
  const auto first = word();
  return {first, word()};
}

// Without overflow.
template <class Time>
typename Time::rep ticks_after(Time start, typename Time::duration length) {
  return (std::min(start, Time::max() - length) + length).time_since_epoch().count();
}

}  // namespace

jwks_client::state::state(jwks_settings with, key_source source, core::clock time,
                          async::executor where, std::function<double()> random_numbers,
                          observer to, std::unique_ptr<async::background_thread> thread,
                          const async::io_pool* readers)
    : settings{std::move(with)},
      clock{std::move(time)},
      home{std::move(where)},
      random{std::move(random_numbers)},
      observe{std::move(to)},
      fetcher{std::move(source), settings, clock.steady, std::move(thread)} {
  keys.policy.negative = negative_kids{secret_from(random)};
  if (readers == nullptr) return;
  snapshots.emplace(*readers, [](std::size_t) { return std::make_unique<key_snapshot>(); });
}

bool jwks_client::state::is_usable_now() const {
  const auto now = clock.age_now().time_since_epoch().count();
  if (now >= usable_until.load(std::memory_order_acquire)) return false;
  const auto wall = clock.wall().time_since_epoch().count();
  return wall < usable_until_wall.load(std::memory_order_acquire);
}

bool jwks_client::state::is_fresh(std::uint64_t of_version) const {
  if (of_version == 0) return false;
  const auto now = clock.age_now().time_since_epoch().count();
  if (now >= std::min(usable_until.load(std::memory_order_acquire),
                      quiet_until.load(std::memory_order_acquire))) {
    return false;
  }
  const auto wall = clock.wall().time_since_epoch().count();
  if (wall >= std::min(usable_until_wall.load(std::memory_order_acquire),
                       quiet_until_wall.load(std::memory_order_acquire))) {
    return false;
  }
  // Last: the times of a later version come with its number.
  return version.load(std::memory_order_acquire) == of_version;
}

jwks_client::state::lookup_result jwks_client::state::lookup_locked(std::string_view kid,
                                                                    jose::algorithm alg,
                                                                    std::string_view client,
                                                                    core::steady_time now) const {
  auto key = choose(keys.cached.keys.get(), kid, alg);
  const bool known = is_known(key);
  if (closed) {
    const bool good = known && usable(keys.policy, now, settings.refresh);
    return {good ? key_lookup_action::use : key_lookup_action::unavailable, std::move(key)};
  }
  const auto name = known ? std::string{} : policy_name(kid, alg);
  const auto what = decide(keys.policy, name, client, known, now, settings.refresh);
  return {what, std::move(key)};
}

jwks_client::state::lookup_result jwks_client::state::lookup_after_wait_locked(
    std::string_view kid, jose::algorithm alg) {
  auto key = choose(keys.cached.keys.get(), kid, alg);
  const auto what = decide_after_wait(keys.policy, is_known(key), now_locked(), settings.refresh);
  return {what, std::move(key)};
}

key_lookup jwks_client::state::finish_locked(lookup_result found) {
  key_lookup result;
  result.generation = keys.policy.generation;
  switch (found.what) {
    case key_lookup_action::use:
    case key_lookup_action::use_and_refresh:
    case key_lookup_action::unknown_key:
      if (found.key.has_value()) {
        result.key = std::move(*found.key);
      } else {
        result.error = found.key.error();
      }
      break;
    case key_lookup_action::wait:
    case key_lookup_action::refresh_and_wait:
    case key_lookup_action::unavailable:
      result.error = errc::keys_unavailable;
      result.retry_after = retry_after(keys.policy, clock.age_now());
      break;
  }
  const bool unknown = found.what == key_lookup_action::unknown_key;
  if (unknown && result.error == jose::errc::unknown_key) {
    unknown_kids.fetch_add(1, std::memory_order_relaxed);
  }
  return result;
}

std::shared_ptr<const jose::key_set> jwks_client::state::take_snapshot_locked(
    key_snapshot& mine) const {
  const auto current = version.load(std::memory_order_relaxed);
  if (mine.version == current) return nullptr;
  mine.version = current;
  mine.generation = keys.policy.generation;
  return std::exchange(mine.keys, keys.cached.keys);
}

void jwks_client::state::begin_fetch_locked(const std::shared_ptr<state>& self,
                                            core::steady_time now,
                                            std::optional<refresh_cause> cause) {
  wake_refresh_loop(self);
  begin_fetch(self->keys.policy, now, std::move(cause));
  self->publish_quiet_locked();
}

void jwks_client::state::publish_locked(bool replaced) noexcept {
  const auto& policy = keys.policy;
  // First, so that who reads one of the later times finds the later number, too.
  if (replaced) version.fetch_add(1, std::memory_order_release);
  generation.store(policy.generation, std::memory_order_release);
  publish_quiet_locked();
  core::steady_time::rep end = 0;
  core::wall_time::rep wall_end = 0;
  if (policy.last_success && policy.last_success_wall) {
    const auto use = longest_use(policy, settings.refresh);
    end = ticks_after(*policy.last_success, use);
    wall_end =
        ticks_after(*policy.last_success_wall, std::chrono::ceil<core::wall_time::duration>(use));
  }
  usable_until.store(end, std::memory_order_release);
  usable_until_wall.store(wall_end, std::memory_order_release);
}

// Never later than decide() would have a refresh begin; earlier costs a lookup under the mutex.
void jwks_client::state::publish_quiet_locked() noexcept {
  const auto& policy = keys.policy;
  auto end = core::steady_time::max().time_since_epoch().count();
  auto wall_end = core::wall_time::max().time_since_epoch().count();
  if (!policy.in_flight && policy.failures > 0) {
    end = policy.retry_at.time_since_epoch().count();
  } else if (!policy.in_flight && policy.last_success && policy.last_success_wall) {
    end = policy.refresh_at.time_since_epoch().count();
    const auto length = policy.refresh_at - *policy.last_success;
    wall_end = ticks_after(*policy.last_success_wall,
                           std::chrono::floor<core::wall_time::duration>(length));
  }
  quiet_until.store(end, std::memory_order_release);
  quiet_until_wall.store(wall_end, std::memory_order_release);
}

}  // namespace latchkey::auth
