// The part of a jwks_client that has keys fetched, on its home executor.
#include "jwks_state.hpp"

#include <latchkey/auth/errc.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

namespace latchkey::auth {
namespace {

constexpr std::chrono::seconds longest_sleep{30};

// Tells a state where its refresh loop sleeps, for as long as it does.
class pause_mark {
 public:
  pause_mark(async::timer*& place, async::timer& pause) : place_{place} { place_ = &pause; }
  ~pause_mark() { place_ = nullptr; }
  pause_mark(const pause_mark&) = delete;
  pause_mark& operator=(const pause_mark&) = delete;

 private:
  async::timer*& place_;
};

}  // namespace

// A wake-up is not lost: the refresh loop looks under the mutex and sleeps without leaving `home`,
// where the wake-up arrives.
void jwks_client::state::wake_refresh_loop(const std::shared_ptr<state>& self) {
  const auto alive = self->loop_alive.lock();
  if (!alive) return;
  async::asio::post(self->home, [self] {
    if (self->pause != nullptr) self->pause->cancel();
  });
}

// The one coroutine that fetches, hence never two fetches at a time. Whoever finds that a fetch is
// needed marks it as in flight and wakes the loop.
async::task<> jwks_client::state::refresh_loop(std::shared_ptr<state> self,
                                               std::shared_ptr<const bool> alive) {
  static_cast<void>(alive);
  async::timer pause{self->home};
  const pause_mark mark{self->pause, pause};
  for (;;) {
    bool fetch_now = false;
    auto next = core::steady_time::max();
    core::steady_time now;
    {
      const std::lock_guard lock{self->mutex};
      if (self->closed) co_return;
      now = self->now_locked();
      next = next_refresh(self->keys.policy);
      if (now >= next) {
        begin_fetch(self->keys.policy, now);
        self->publish_quiet_locked();
      }
      fetch_now = self->keys.policy.in_flight;
    }
    if (fetch_now) {
      try {
        co_await self->refresh();
      } catch (const std::exception&) {
        self->give_up();
      }
      continue;
    }
    // The timer runs on the machine's clock, which need not be the injected one, and which stands
    // still while the machine is suspended: after that the age is looked at before long.
    if (next == core::steady_time::max()) {
      pause.expires_at(next);
    } else {
      pause.expires_after(std::min<core::steady_duration>(next - now, longest_sleep));
    }
    core::error_code woken_early;
    co_await pause.async_wait(async::use_task_with(woken_early));
  }
}

async::task<> jwks_client::state::refresh() {
  const auto started = clock.steady();
  cached_jwks before;
  {
    const std::lock_guard lock{mutex};
    before = keys.cached;
  }
  fetch_outcome outcome;
  outcome.error = errc::fetch_failed;
  // A fetch left marked as in flight would stop all others: whatever it throws is a failure.
  try {
    outcome =
        co_await fetcher.run(std::move(before), core::deadline{started + settings.fetch_timeout});
  } catch (const std::exception&) {
    outcome.error = errc::fetch_failed;
  }
  take(outcome, started);
}

// After an exception, which may have come before or after the outcome was brought into effect.
void jwks_client::state::give_up() {
  std::vector<std::shared_ptr<async::waiter>> woken;
  {
    const std::lock_guard lock{mutex};
    if (!keys.policy.in_flight) return;
    constexpr double no_jitter = 0.5;
    apply(keys.policy, fetch_failed{}, no_jitter, clock.age_now(), settings.refresh);
    publish_locked(false);
    woken = waiting.take();
  }
  try {
    async::wake_all(std::move(woken));
  } catch (const std::bad_alloc&) {
    // A waiter that is not woken continues at its own deadline.
  }
}

// Applies the outcome of a fetch, wakes the waiters and calls the observer.
void jwks_client::state::take(const fetch_outcome& outcome, core::steady_time started) {
  const auto jitter_sample = random();
  const auto ended = clock.steady();
  std::vector<std::string> names;
  if (outcome.keys) names = policy_names(*outcome.keys);
  jwks_event event{};
  std::vector<std::shared_ptr<async::waiter>> woken;
  {
    const std::lock_guard lock{mutex};
    if (closed) return;
    const auto now = now_locked();
    const auto wall = clock.wall();
    event = apply(keys, outcome, names, jitter_sample, now, wall, settings.refresh);
    publish_locked(outcome.keys != nullptr);
    event.usable = usable(keys.policy, now, settings.refresh);
    event.news = record.is_news(outcome, event.usable) || (outcome.error && event.changed);
    record.add(outcome, event.usable, ended - started, wall);
    woken = waiting.take();
  }
  async::wake_all(std::move(woken));
  if (observe) observe(event);
}

}  // namespace latchkey::auth
