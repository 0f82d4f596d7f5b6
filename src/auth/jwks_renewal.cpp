// The part of a jwks_client that fetches, on its home executor.
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
      next = next_refresh(self->policy);
      if (now >= next) on_start(self->policy, now);
      fetch_now = self->policy.in_flight;
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
  key_answer outcome;
  outcome.error = errc::fetch_failed;
  // A fetch left marked as in flight would stop all others: whatever it throws is a failure.
  try {
    outcome = co_await fetch(core::deadline{started + settings.fetch_timeout});
  } catch (const std::exception&) {
    outcome.error = errc::fetch_failed;
  }
  take(outcome, started);
}

async::task<key_answer> jwks_client::state::fetch(core::deadline until) {
  cached_jwks before;
  {
    const std::lock_guard lock{mutex};
    before = cached;
  }
  auto got = co_await source(before.etag, until);
  const bool has_keys = got && got->status == 200;
  if (!thread || !has_keys) {
    co_return read_key_answer(got, settings, before, checks->for_document());
  }
  co_return co_await read(std::move(got), std::move(before));
}

// Reads a document on the thread. It owns what it works with: it goes on if this frame is
// destroyed.
async::task<key_answer> jwks_client::state::read(core::result<http::fetched> got,
                                                 cached_jwks before) {
  struct reading {
    core::result<http::fetched> got;
    cached_jwks before;
    jwks_settings settings;
    std::shared_ptr<key_checks> checks;
    key_answer outcome;
  };
  const auto shared =
      std::make_shared<reading>(reading{std::move(got), std::move(before), settings, checks, {}});
  shared->outcome.error = errc::fetch_failed;
  async::background_thread::work work = [shared](const std::atomic<bool>& stopped) {
    shared->outcome = read_key_answer(shared->got, shared->settings, shared->before,
                                      shared->checks->for_document(&stopped));
  };
  co_await thread->run(std::move(work));
  co_return std::move(shared->outcome);
}

std::vector<std::string> jwks_client::state::names_in(const jose::key_set& keys) {
  auto kids = keys.kids();
  kids.emplace_back();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < jose::algorithm_count; ++i) {
    const auto alg = static_cast<jose::algorithm>(i);
    for (const auto& kid : kids) {
      if (is_known(keys.choose(kid, alg))) names.push_back(name_of(kid, alg));
    }
  }
  return names;
}

// After an exception, which may have come before or after the outcome was brought into effect.
void jwks_client::state::give_up() {
  std::vector<std::shared_ptr<async::waiter>> woken;
  {
    const std::lock_guard lock{mutex};
    if (!policy.in_flight) return;
    on_failure(policy, {}, 0.5, clock.age_now(), settings.refresh);
    woken = waiting.take();
  }
  try {
    async::wake_all(std::move(woken));
  } catch (const std::bad_alloc&) {
    // Who is not woken looks again at its own deadline.
  }
}

// Brings the outcome of a fetch into effect, wakes who waits for it and tells the observer.
void jwks_client::state::take(const key_answer& outcome, core::steady_time started) {
  const auto jitter_sample = random();
  const auto ended = clock.steady();
  jwks_event event{};
  event.error = outcome.error;
  event.status = outcome.status;
  event.skipped = outcome.skipped;
  if (outcome.keys) {
    event.new_kids = outcome.keys->kids();
    event.noted = outcome.keys->noted();
  }
  std::vector<std::string> names;
  if (outcome.keys) names = names_in(*outcome.keys);
  std::vector<std::shared_ptr<async::waiter>> woken;
  {
    const std::lock_guard lock{mutex};
    if (closed) return;
    const auto now = now_locked();
    take_locked(outcome, names, jitter_sample, now, event);
    event.usable = usable(policy, now, settings.refresh);
    event.news = record.is_news(outcome, event.usable) || (outcome.error && event.changed);
    record.add(outcome, event.usable, ended - started, clock.wall());
    woken = waiting.take();
  }
  async::wake_all(std::move(woken));
  if (observe) observe(event);
}

// What may throw comes first: then nothing has happened.
void jwks_client::state::take_locked(const key_answer& outcome, std::span<const std::string> names,
                                     double jitter_sample, core::steady_time now,
                                     jwks_event& event) {
  const auto before = cached.keys;
  if (before) event.old_kids = before->kids();
  event.failures = policy.failures;
  event.skipped_changed = before ? before->skipped() != outcome.skipped : !outcome.skipped.empty();
  if (outcome.error) return withdraw_locked(outcome, jitter_sample, now, event);
  event.what = event.failures > 0 ? jwks_event::kind::recovered : jwks_event::kind::refreshed;
  event.changed = !before || !before->same_keys(*outcome.keys);
  event.noted_changed =
      before ? before->noted() != outcome.keys->noted() : !outcome.keys->noted().empty();
  cached_jwks next{outcome.keys, outcome.etag, outcome.max_age};
  auto left_out = outcome.skipped;
  const auto wall = clock.wall();
  std::swap(cached, next);
  skipped.swap(left_out);
  on_success(policy, {outcome.max_age, event.changed, names, wall}, jitter_sample, now,
             settings.refresh);
  publish_locked(now, wall);
}

// A fetch that failed, by an answer perhaps that takes away the keys in use.
void jwks_client::state::withdraw_locked(const key_answer& outcome, double jitter_sample,
                                         core::steady_time now, jwks_event& event) {
  event.what = jwks_event::kind::failed;
  auto left_out = outcome.skipped;
  if (!left_out.empty()) skipped.swap(left_out);
  if (outcome.keys) {
    event.changed = !event.old_kids.empty();
    // Without the tag: the document before these keys were taken away must come in full again.
    cached_jwks next{outcome.keys, {}, cached.max_age};
    std::swap(cached, next);
    on_withdrawal(policy, jitter_sample, now, settings.refresh);
    publish_locked(now, clock.wall());
  } else {
    if (outcome.error == errc::other_document) cached.etag.clear();
    on_failure(policy, outcome.retry_after, jitter_sample, now, settings.refresh);
  }
  event.failures = policy.failures;
  event.backoff = policy.retry_at - now;
}

}  // namespace latchkey::auth
