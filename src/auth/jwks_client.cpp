#include <latchkey/async/waiters.hpp>
#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/auth/key_answer.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace latchkey::auth {
namespace {

using key_set_ptr = std::shared_ptr<const jose::key_set>;

void rethrow(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

// Shared with the coroutines at work for the client, which may outlive it.
struct jwks_client::state {
  state(jwks_settings with, http::fetch get, core::clock time, async::executor where,
        std::function<double()> dice, observer to)
      : settings{std::move(with)},
        fetch{std::move(get)},
        clock{std::move(time)},
        home{std::move(where)},
        chance{std::move(dice)},
        observe{std::move(to)} {}

  const jwks_settings settings;
  const http::fetch fetch;
  const core::clock clock;
  const async::executor home;
  const std::function<double()> chance;
  const observer observe;

  mutable std::mutex mutex;  // guards what follows; never held across co_await, fetch or observe
  refresh_state policy;
  key_set_ptr keys;
  async::waiters waiting;
  bool closed = false;
  std::uint64_t fetches_ok = 0;
  std::uint64_t fetches_failed = 0;

  // What `policy` says, for those who would rather not take the mutex: the generation, and until
  // when the keys may be used, in the clock's ticks. Written under it, the generation last.
  std::atomic<std::uint64_t> generation{0};
  std::atomic<core::steady_time::rep> good_until{0};

  // Touched on `home` only: where the renewal sleeps, null while it does not exist.
  async::timer* pause = nullptr;
  // Held by the renewal's frame: gone once that, or the context of `home`, is.
  std::weak_ptr<const bool> renewal;

  struct found {
    verdict what;
    key_ptr key;
  };

  // The functions named _locked are called with the mutex held.
  key_ptr find_locked(std::string_view kid) const { return keys ? keys->find(kid) : nullptr; }

  found look_locked(std::string_view kid) const {
    auto key = find_locked(kid);
    const auto now = clock.steady();
    if (closed) {
      const bool good = key && usable(policy, now, settings.refresh);
      return {good ? verdict::use : verdict::unavailable, std::move(key)};
    }
    const auto what = decide(policy, kid, key != nullptr, now, settings.refresh);
    return {what, std::move(key)};
  }

  found look_again_locked(std::string_view kid) const {
    auto key = find_locked(kid);
    const auto what = decide_after_wait(policy, key != nullptr, clock.steady(), settings.refresh);
    return {what, std::move(key)};
  }

  void publish_locked(core::steady_time now) {
    const auto last = core::steady_time::max() - settings.refresh.max_stale;
    const auto end = std::min(now, last) + settings.refresh.max_stale;
    good_until.store(end.time_since_epoch().count(), std::memory_order_relaxed);
    generation.store(policy.generation, std::memory_order_release);
  }

  bool ready_locked() const { return usable(policy, clock.steady(), settings.refresh); }

  static void kick(const std::shared_ptr<state>& self);
  static async::task<> renew(std::shared_ptr<state> self, std::shared_ptr<const bool> alive);
  static async::task<core::result<key_ptr>> wait_for_key(std::shared_ptr<state> self,
                                                         std::string_view kid,
                                                         core::deadline until);
  async::task<> refresh();
  void take(const key_answer& outcome);
};

namespace {

// Tells a state where its renewal sleeps, for as long as it does.
class pause_mark {
 public:
  pause_mark(async::timer*& place, async::timer& pause) : place_{place} { place_ = &pause; }
  ~pause_mark() { place_ = nullptr; }
  pause_mark(const pause_mark&) = delete;
  pause_mark& operator=(const pause_mark&) = delete;

 private:
  async::timer*& place_;
};

core::result<key_ptr> answer(verdict what, key_ptr key) {
  switch (what) {
    case verdict::use:
    case verdict::use_and_refresh:
      return key;
    case verdict::unknown_key:
      return jose::errc::unknown_key;
    case verdict::wait:
    case verdict::refresh_and_wait:
    case verdict::unavailable:
      break;
  }
  return errc::keys_unavailable;
}

}  // namespace

// Has the renewal look at the state anew. A kick is not lost: the renewal looks under the mutex and
// sleeps without leaving `home`, where the kick arrives.
void jwks_client::state::kick(const std::shared_ptr<state>& self) {
  const auto alive = self->renewal.lock();
  if (!alive) return;
  async::asio::post(self->home, [self] {
    if (self->pause != nullptr) self->pause->cancel();
  });
}

// The one coroutine that fetches, hence never two fetches at a time. Whoever finds that a fetch is
// needed marks it as in flight and kicks.
async::task<> jwks_client::state::renew(std::shared_ptr<state> self,
                                        std::shared_ptr<const bool> alive) {
  static_cast<void>(alive);
  async::timer pause{self->home};
  const pause_mark mark{self->pause, pause};
  for (;;) {
    bool fetch_now = false;
    auto next = core::steady_time::max();
    const auto now = self->clock.steady();
    {
      const std::lock_guard lock{self->mutex};
      if (self->closed) co_return;
      next = next_refresh(self->policy);
      if (now >= next) on_start(self->policy, now);
      fetch_now = self->policy.in_flight;
    }
    if (fetch_now) {
      co_await self->refresh();
      continue;
    }
    // The timer runs on the machine's clock, which need not be the injected one.
    if (next == core::steady_time::max()) {
      pause.expires_at(next);
    } else {
      pause.expires_after(next - now);
    }
    core::error_code kicked;
    co_await pause.async_wait(async::use_task_with(kicked));
  }
}

async::task<> jwks_client::state::refresh() {
  const core::deadline until{clock.steady() + settings.fetch_timeout};
  key_set_ptr before;
  {
    const std::lock_guard lock{mutex};
    before = keys;
  }
  key_answer outcome;
  outcome.error = errc::fetch_failed;
  // A fetch left marked as in flight would stop all others: whatever it throws is a failure.
  try {
    const auto got = co_await fetch(settings.uri, until);
    outcome = read_key_answer(got, settings, before.get());
  } catch (const std::exception&) {
    outcome.error = errc::fetch_failed;
  }
  take(outcome);
}

// Brings the outcome of a fetch into effect, wakes who waits for it and tells the observer.
void jwks_client::state::take(const key_answer& outcome) {
  const auto drawn = chance();
  const auto now = clock.steady();
  jwks_event event{};
  std::vector<std::shared_ptr<async::waiter>> woken;
  if (outcome.keys) event.new_kids = outcome.keys->kids();
  {
    const std::lock_guard lock{mutex};
    if (closed) return;
    if (keys) event.old_kids = keys->kids();
    event.failures = policy.failures;
    if (outcome.error) {
      ++fetches_failed;
      on_failure(policy, outcome.retry_after, now, settings.refresh);
      event.what = jwks_event::kind::failed;
      event.failures = policy.failures;
      event.backoff = policy.retry_at - now;
    } else {
      ++fetches_ok;
      event.what = event.failures > 0 ? jwks_event::kind::recovered : jwks_event::kind::refreshed;
      event.changed = !keys || !same_keys(*keys, *outcome.keys);
      on_success(policy, {outcome.max_age, event.changed, event.new_kids}, drawn, now,
                 settings.refresh);
      keys = outcome.keys;
      publish_locked(now);
    }
    woken = waiting.take();
  }
  async::wake_all(std::move(woken));
  event.error = outcome.error;
  event.status = outcome.status;
  if (outcome.keys) event.skipped = outcome.keys->skipped();
  if (observe) observe(event);
}

namespace {

// A place among those who wait, given up when the frame that holds it ends in whatever way: a timer
// must not outlive the context it belongs to.
class place {
 public:
  place(std::mutex& mutex, async::waiters& list, std::shared_ptr<async::waiter> mine)
      : mutex_{mutex}, list_{list}, mine_{std::move(mine)} {}
  ~place() {
    const std::lock_guard lock{mutex_};
    list_.leave(mine_);
  }
  place(const place&) = delete;
  place& operator=(const place&) = delete;

  async::task<bool> wait(core::deadline until) { return mine_->wait(until); }

 private:
  std::mutex& mutex_;
  async::waiters& list_;
  std::shared_ptr<async::waiter> mine_;
};

}  // namespace

async::task<core::result<key_ptr>> jwks_client::state::wait_for_key(std::shared_ptr<state> self,
                                                                    std::string_view kid,
                                                                    core::deadline until) {
  const auto here = co_await async::asio::this_coro::executor;
  std::shared_ptr<async::waiter> mine;
  found first{};
  {
    const std::lock_guard lock{self->mutex};
    first = self->look_locked(kid);
    if (first.what == verdict::use_and_refresh || first.what == verdict::refresh_and_wait) {
      on_start(self->policy, self->clock.steady());
    }
    if (first.what == verdict::wait || first.what == verdict::refresh_and_wait) {
      mine = self->waiting.join(here);
      if (!first.key) on_wait(self->policy, kid, self->settings.refresh);
    }
  }
  if (first.what == verdict::use_and_refresh || first.what == verdict::refresh_and_wait) {
    kick(self);
  }
  if (!mine) co_return answer(first.what, std::move(first.key));
  place waiting{self->mutex, self->waiting, std::move(mine)};
  co_await waiting.wait(until);
  found second{};
  {
    const std::lock_guard lock{self->mutex};
    second = self->look_again_locked(kid);
  }
  co_return answer(second.what, std::move(second.key));
}

jwks_client::jwks_client(jwks_settings settings, http::fetch fetch, core::clock clock,
                         const async::executor& home, std::function<double()> chance,
                         observer observe) {
  check(settings);
  if (!fetch || !chance) throw std::invalid_argument{"a jwks_client needs fetch and chance"};
  state_ = std::make_shared<state>(std::move(settings), std::move(fetch), std::move(clock), home,
                                   std::move(chance), std::move(observe));
  const auto alive = std::make_shared<const bool>(true);
  state_->renewal = alive;
  async::asio::co_spawn(home, state::renew(state_, alive), rethrow);
}

// To run out of memory here ends the program.
// NOLINTNEXTLINE(bugprone-exception-escape)
jwks_client::~jwks_client() {
  close();
}

std::optional<core::result<key_ptr>> jwks_client::try_key(std::string_view kid) {
  state::found first{};
  {
    const std::lock_guard lock{state_->mutex};
    first = state_->look_locked(kid);
    if (first.what == verdict::use_and_refresh) on_start(state_->policy, state_->clock.steady());
  }
  if (first.what == verdict::wait || first.what == verdict::refresh_and_wait) return std::nullopt;
  if (first.what == verdict::use_and_refresh) state::kick(state_);
  return answer(first.what, std::move(first.key));
}

async::task<core::result<key_ptr>> jwks_client::key_for(std::string_view kid,
                                                        core::deadline until) {
  return state::wait_for_key(state_, kid, until);
}

void jwks_client::prefetch() {
  {
    const std::lock_guard lock{state_->mutex};
    if (state_->closed || state_->policy.last_attempt) return;
    on_start(state_->policy, state_->clock.steady());
  }
  state::kick(state_);
}

bool jwks_client::ready() const {
  const std::lock_guard lock{state_->mutex};
  return state_->ready_locked();
}

std::uint64_t jwks_client::generation() const {
  return state_->generation.load(std::memory_order_acquire);
}

bool jwks_client::current(std::uint64_t generation) const {
  if (generation == 0 || this->generation() != generation) return false;
  const auto now = state_->clock.steady().time_since_epoch().count();
  return now < state_->good_until.load(std::memory_order_relaxed);
}

unsigned jwks_client::retry_after() const {
  const std::lock_guard lock{state_->mutex};
  return auth::retry_after(state_->policy, state_->clock.steady());
}

jwks_stats jwks_client::stats() const {
  const std::lock_guard lock{state_->mutex};
  const auto& policy = state_->policy;
  const auto now = state_->clock.steady();
  jwks_stats taken;
  taken.fetches_ok = state_->fetches_ok;
  taken.fetches_failed = state_->fetches_failed;
  taken.failures_in_row = policy.failures;
  taken.in_flight = policy.in_flight;
  taken.ready = state_->ready_locked();
  taken.generation = policy.generation;
  if (state_->keys) taken.kids = state_->keys->kids();
  if (policy.last_success) taken.age = now - *policy.last_success;
  taken.waiters = state_->waiting.size();
  taken.negative_kids = policy.negative.size(now);
  return taken;
}

void jwks_client::close() {
  std::vector<std::shared_ptr<async::waiter>> woken;
  {
    const std::lock_guard lock{state_->mutex};
    if (state_->closed) return;
    state_->closed = true;
    woken = state_->waiting.take();
  }
  async::wake_all(std::move(woken));
  state::kick(state_);
}

}  // namespace latchkey::auth
