// The part of a jwks_client that fetches, on its home executor.
#include "jwks_state.hpp"

#include <latchkey/auth/errc.hpp>

#include <boost/asio/post.hpp>

#include <exception>

namespace latchkey::auth {
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
  const auto started = clock.steady();
  const core::deadline until{started + settings.fetch_timeout};
  keys_at_hand before;
  {
    const std::lock_guard lock{mutex};
    before = at_hand;
  }
  key_answer outcome;
  outcome.error = errc::fetch_failed;
  // A fetch left marked as in flight would stop all others: whatever it throws is a failure.
  try {
    const auto got = co_await source(before.etag, until);
    outcome = read_key_answer(got, settings, before);
  } catch (const std::exception&) {
    outcome.error = errc::fetch_failed;
  }
  take(outcome, started);
}

// Brings the outcome of a fetch into effect, wakes who waits for it and tells the observer.
void jwks_client::state::take(const key_answer& outcome, core::steady_time started) {
  const auto drawn = chance();
  const auto now = clock.steady();
  jwks_event event{};
  std::vector<std::shared_ptr<async::waiter>> woken;
  if (outcome.keys) event.new_kids = outcome.keys->kids();
  {
    const std::lock_guard lock{mutex};
    if (closed) return;
    take_locked(outcome, drawn, now, event);
    event.usable = usable(policy, now, settings.refresh);
    event.news = record.is_news(outcome, event.usable);
    record.add(outcome, event.usable, now - started, clock.wall());
    woken = waiting.take();
  }
  async::wake_all(std::move(woken));
  event.error = outcome.error;
  event.status = outcome.status;
  if (outcome.keys) event.skipped = outcome.keys->skipped();
  if (observe) observe(event);
}

void jwks_client::state::take_locked(const key_answer& outcome, double drawn, core::steady_time now,
                                     jwks_event& event) {
  const auto before = at_hand.keys;
  if (before) event.old_kids = before->kids();
  event.failures = policy.failures;
  if (outcome.error) {
    on_failure(policy, outcome.retry_after, drawn, now, settings.refresh);
    event.what = jwks_event::kind::failed;
    event.failures = policy.failures;
    event.backoff = policy.retry_at - now;
    return;
  }
  event.what = event.failures > 0 ? jwks_event::kind::recovered : jwks_event::kind::refreshed;
  event.changed = !before || !same_keys(*before, *outcome.keys);
  event.skipped_changed =
      before ? before->skipped() != outcome.keys->skipped() : !outcome.keys->skipped().empty();
  on_success(policy, {outcome.max_age, event.changed, event.new_kids}, drawn, now,
             settings.refresh);
  at_hand = {outcome.keys, outcome.etag, outcome.max_age};
  publish_locked(now);
}

}  // namespace latchkey::auth
