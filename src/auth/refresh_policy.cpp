#include <latchkey/auth/refresh_policy.hpp>

#include <algorithm>
#include <new>
#include <ostream>
#include <stdexcept>
#include <utility>
#include <variant>

namespace latchkey::auth {
namespace {

using core::steady_duration;
using core::steady_time;

bool in_backoff(const refresh_state& state, steady_time now) {
  return state.failures > 0 && now < state.retry_at;
}

// For a request that needs a fetch.
key_lookup_action fetch_or_wait(const refresh_state& state, steady_time now) {
  if (state.in_flight) return key_lookup_action::wait;
  return in_backoff(state, now) ? key_lookup_action::unavailable
                                : key_lookup_action::refresh_and_wait;
}

key_lookup_action decide_known(const refresh_state& state, steady_time now) {
  const bool due =
      now + state.wall_lead >= state.refresh_at && !state.in_flight && !in_backoff(state, now);
  return due ? key_lookup_action::use_and_refresh : key_lookup_action::use;
}

key_lookup_action decide_unknown(const refresh_state& state, std::string_view kid,
                                 std::string_view client, steady_time now,
                                 const refresh_settings& settings) {
  if (state.in_flight) return key_lookup_action::wait;
  if (state.negative.contains(kid, now)) return key_lookup_action::unknown_key;
  const bool cooled = !state.last_attempt || now - *state.last_attempt >= settings.cooldown;
  const bool may_ask = cooled && !in_backoff(state, now) && !state.shares.spent(client, now);
  if (may_ask) return key_lookup_action::refresh_and_wait;
  return state.failures > 0 ? key_lookup_action::unavailable : key_lookup_action::unknown_key;
}

// Between -jitter and jitter.
double shift(double jitter_sample, const refresh_settings& settings) {
  return settings.jitter * (2 * jitter_sample - 1);
}

steady_duration times(steady_duration length, double factor) {
  return std::chrono::duration_cast<steady_duration>(length * factor);
}

steady_duration backoff(unsigned failures, const refresh_settings& settings) {
  auto wait = settings.backoff_first;
  for (unsigned i = 1; i < failures && wait < settings.backoff_max; ++i) wait *= 2;
  return std::min(wait, settings.backoff_max);
}

void require(bool holds, const char* what) {
  if (!holds) throw std::invalid_argument{what};
}

}  // namespace

void check(const refresh_settings& settings) {
  constexpr auto zero = steady_duration::zero();
  // Far beyond any use, and far from where adding to a time would overflow.
  constexpr steady_duration longest = std::chrono::hours{24 * 365};
  require(settings.max_age > zero && settings.max_age <= longest, "max_age is out of range");
  require(settings.shortest_max_age > zero, "shortest_max_age must be positive");
  require(settings.longest_max_age >= settings.shortest_max_age,
          "longest_max_age must not be below shortest_max_age");
  require(settings.longest_max_age <= longest, "longest_max_age is out of range");
  require(settings.jitter >= 0 && settings.refresh_ahead - settings.jitter >= 0.0999 &&
              settings.refresh_ahead <= 1,
          "refresh_ahead must be at most 1, and at least 0.1 above jitter");
  require(settings.cooldown > zero && settings.cooldown <= longest, "cooldown is out of range");
  require(settings.client_share > 0.0001 && settings.client_share <= 1,
          "client_share must be above 0 and at most 1");
  require(settings.negative_kids <= 65536, "negative_kids is out of range");
  require(settings.negative_ttl > zero && settings.negative_ttl <= longest,
          "negative_ttl is out of range");
  require(settings.backoff_first > zero, "backoff_first must be positive");
  require(settings.backoff_max >= settings.backoff_first && settings.backoff_max <= longest,
          "backoff_max must not be below backoff_first");
  require(settings.max_stale == zero ||
              (settings.max_stale >= settings.max_age && settings.max_stale <= longest),
          "max_stale must be 0, or not below max_age");
}

bool negative_kids::contains(std::string_view kid, steady_time now) const {
  const auto found = by_hash_.find(hash(kid));
  return found != by_hash_.end() && now < found->second.until;
}

void negative_kids::add(std::string_view kid, steady_time until, std::size_t limit) {
  add_hash(hash(kid), until, limit);
}

void negative_kids::add_hash(std::uint64_t kid, steady_time until, std::size_t limit) {
  if (limit == 0) {
    by_hash_.erase(kid);
    return;
  }
  if (by_hash_.count(kid) == 0) {
    while (by_hash_.size() >= limit) forget_oldest();
  }
  // Outdated entries must not accumulate when the same kids are added again and again.
  while (oldest_first_.size() >= 2 * limit) forget_oldest();
  oldest_first_.push_back({kid, ++mentions_});
  by_hash_[kid] = {until, mentions_};
}

void negative_kids::forget_oldest() {
  const auto oldest = oldest_first_.front();
  oldest_first_.pop_front();
  const auto found = by_hash_.find(oldest.kid);
  if (found != by_hash_.end() && found->second.number == oldest.number) by_hash_.erase(found);
}

void negative_kids::clear() {
  by_hash_.clear();
  oldest_first_.clear();
}

std::size_t negative_kids::size(steady_time now) const {
  return static_cast<std::size_t>(std::count_if(
      by_hash_.begin(), by_hash_.end(), [now](const auto& one) { return now < one.second.until; }));
}

std::string_view to_string(key_lookup_action value) {
  switch (value) {
    case key_lookup_action::use:
      return "use";
    case key_lookup_action::use_and_refresh:
      return "use_and_refresh";
    case key_lookup_action::wait:
      return "wait";
    case key_lookup_action::refresh_and_wait:
      return "refresh_and_wait";
    case key_lookup_action::unknown_key:
      return "unknown_key";
    case key_lookup_action::unavailable:
      return "unavailable";
  }
  return "?";
}

std::ostream& operator<<(std::ostream& out, key_lookup_action value) {
  return out << to_string(value);
}

key_lookup_action decide(const refresh_state& state, std::string_view kid, std::string_view client,
                         bool known, steady_time now, const refresh_settings& settings) {
  if (!usable(state, now, settings)) return fetch_or_wait(state, now);
  return known ? decide_known(state, now) : decide_unknown(state, kid, client, now, settings);
}

key_lookup_action decide_after_wait(const refresh_state& state, bool known, steady_time now,
                                    const refresh_settings& settings) {
  if (!usable(state, now, settings)) return key_lookup_action::unavailable;
  if (known) return key_lookup_action::use;
  // Still in flight: the waiter's deadline came first, and nobody knows yet whether the kid exists.
  return state.in_flight || state.failures > 0 ? key_lookup_action::unavailable
                                               : key_lookup_action::unknown_key;
}

bool usable(const refresh_state& state, steady_time now, const refresh_settings& settings) {
  return state.last_success &&
         now - *state.last_success + state.wall_lead < longest_use(state, settings);
}

steady_duration longest_use(const refresh_state& state, const refresh_settings& settings) {
  return settings.max_stale == steady_duration::zero() ? state.max_age : settings.max_stale;
}

std::string_view to_string(keys_state value) {
  switch (value) {
    case keys_state::never_loaded:
      return "never_loaded";
    case keys_state::fresh:
      return "fresh";
    case keys_state::stale:
      return "stale";
    case keys_state::expired:
      return "expired";
    case keys_state::withdrawn:
      return "withdrawn";
  }
  return "?";
}

keys_state state_of(const refresh_state& state, steady_time now, const refresh_settings& settings) {
  if (!state.last_success) {
    return state.generation == 0 ? keys_state::never_loaded : keys_state::withdrawn;
  }
  if (!usable(state, now, settings)) return keys_state::expired;
  const auto age = now - *state.last_success + state.wall_lead;
  return age < state.max_age ? keys_state::fresh : keys_state::stale;
}

void note_wall(refresh_state& state, steady_time now, core::wall_time wall) {
  state.wall_lead = {};
  if (!state.last_success || !state.last_success_wall) return;
  // Far beyond any age, and far from where adding to a time would overflow.
  constexpr steady_duration longest = std::chrono::hours{24 * 365 * 10};
  const auto by_wall = wall - *state.last_success_wall;
  const auto lead = std::min<steady_duration>(by_wall, longest) - (now - *state.last_success);
  state.wall_lead = std::max(lead, steady_duration::zero());
}

void begin_fetch(refresh_state& state, steady_time now,
                 std::optional<refresh_cause> cause) noexcept {
  state.in_flight = true;
  state.last_attempt = now;
  state.cause = std::move(cause);
}

void join_fetch(refresh_state& state, std::string_view kid, const refresh_settings& settings) {
  if (state.asked.size() >= settings.negative_kids) return;
  state.asked.insert(state.negative.hash(kid));
}

namespace {

// Kids that the set lacks, and the client that asked for one of them in vain.
void note_absent(refresh_state& state, const std::unordered_set<std::uint64_t>& asked,
                 const std::optional<refresh_cause>& cause, const keys_loaded& loaded,
                 steady_time now, const refresh_settings& settings) {
  if (asked.empty() && !cause) return;
  std::unordered_set<std::uint64_t> present;
  for (const auto& kid : loaded.kids) present.insert(state.negative.hash(kid));
  for (const auto kid : asked) {
    if (present.count(kid) != 0) continue;
    state.negative.add_hash(kid, now + settings.negative_ttl, settings.negative_kids);
  }
  if (!cause || present.count(state.negative.hash(cause->kid)) != 0) return;
  if (settings.client_share >= 1) return;
  const auto penalty = times(settings.cooldown, 1 / settings.client_share);
  state.shares.charge(cause->client, *state.last_attempt + penalty);
}

refresh_effect apply_end(refresh_state& state, const keys_loaded& loaded, double jitter_sample,
                         steady_time now, const refresh_settings& settings) {
  const auto before = std::exchange(state.failures, 0U);
  state.last_success = now;
  state.last_success_wall = loaded.wall;
  state.wall_lead = {};
  state.max_age = loaded.max_age;
  const auto part = settings.refresh_ahead + shift(jitter_sample, settings);
  state.refresh_at = now + times(loaded.max_age, std::clamp(part, 0.0, 1.0));
  if (loaded.changed) {
    ++state.generation;
    state.negative.clear();
  }
  const auto asked = std::exchange(state.asked, {});
  const auto cause = std::exchange(state.cause, std::nullopt);
  try {
    note_absent(state, asked, cause, loaded, now, settings);
  } catch (const std::bad_alloc&) {
    // The set counts all the same; a kid that is not remembered costs another fetch at most.
  }
  return {before > 0 ? refresh_event::recovered : refresh_event::refreshed, before, {}};
}

refresh_effect apply_end(refresh_state& state, const fetch_failed& failed, double jitter_sample,
                         steady_time now, const refresh_settings& settings) {
  state.cause.reset();
  state.asked.clear();
  // Saturates; the back-off has reached its longest far below.
  if (state.failures < 1'000'000) ++state.failures;
  const auto wait = times(backoff(state.failures, settings), 1 + shift(jitter_sample, settings));
  state.retry_at = now + std::max(wait, std::min(failed.retry_after, settings.backoff_max));
  return {refresh_event::failed, state.failures, state.retry_at - now};
}

refresh_effect apply_end(refresh_state& state, keys_withdrawn, double jitter_sample,
                         steady_time now, const refresh_settings& settings) {
  if (state.last_success) {
    ++state.generation;
    state.last_success.reset();
    state.negative.clear();
  }
  return apply_end(state, fetch_failed{}, jitter_sample, now, settings);
}

}  // namespace

refresh_effect apply(refresh_state& state, const fetch_end& end, double jitter_sample,
                     steady_time now, const refresh_settings& settings) {
  state.in_flight = false;
  return std::visit(
      [&](const auto& how) { return apply_end(state, how, jitter_sample, now, settings); }, end);
}

steady_time next_refresh(const refresh_state& state) {
  if (state.in_flight || !state.last_attempt) return steady_time::max();
  return state.failures > 0 ? state.retry_at : state.refresh_at - state.wall_lead;
}

unsigned retry_after(const refresh_state& state, steady_time now) {
  if (!in_backoff(state, now)) return 1;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(state.retry_at - now).count();
  return static_cast<unsigned>(std::max<std::chrono::seconds::rep>(seconds, 1));
}

}  // namespace latchkey::auth
