#include "jwks_state.hpp"

#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/jwks_client.hpp>
#include <latchkey/jose/errc.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <stdexcept>
#include <utility>

namespace latchkey::auth {

core::result<key_ptr> jwks_client::state::answer(key_lookup_action what,
                                                 core::result<key_ptr> key) {
  switch (what) {
    case key_lookup_action::use:
    case key_lookup_action::use_and_refresh:
      return key;
    case key_lookup_action::unknown_key:
      if (key.error() == jose::errc::unknown_key) {
        unknown_kids.fetch_add(1, std::memory_order_relaxed);
      }
      return key;
    case key_lookup_action::wait:
    case key_lookup_action::refresh_and_wait:
    case key_lookup_action::unavailable:
      break;
  }
  return errc::keys_unavailable;
}

namespace {

void rethrow(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

// Removes the waiter when the frame that holds it ends, in whatever way: its timer must not outlive
// the context it belongs to.
class waiter_registration {
 public:
  waiter_registration(std::mutex& mutex, async::waiters& list, std::shared_ptr<async::waiter> mine)
      : mutex_{mutex}, list_{list}, mine_{std::move(mine)} {}
  ~waiter_registration() {
    const std::lock_guard lock{mutex_};
    list_.leave(mine_);
  }
  waiter_registration(const waiter_registration&) = delete;
  waiter_registration& operator=(const waiter_registration&) = delete;

  async::task<bool> wait(core::deadline until) { return mine_->wait(until); }

 private:
  std::mutex& mutex_;
  async::waiters& list_;
  std::shared_ptr<async::waiter> mine_;
};

}  // namespace

async::task<core::result<key_ptr>> jwks_client::state::wait_for_key(std::shared_ptr<state> self,
                                                                    std::string_view kid,
                                                                    jose::algorithm alg,
                                                                    std::string_view client,
                                                                    core::deadline until) {
  const auto here = co_await async::asio::this_coro::executor;
  std::shared_ptr<async::waiter> mine;
  lookup_result first{key_lookup_action::unavailable, jose::errc::unknown_key};
  {
    const std::lock_guard lock{self->mutex};
    const auto now = self->now_locked();
    first = self->lookup_locked(kid, alg, client, now);
    // What may throw comes before what it would leave half done.
    if (first.what == key_lookup_action::use_and_refresh) {
      wake_refresh_loop(self);
      on_start(self->policy, now);
    }
    const auto name = first.known() ? std::string{} : name_of(kid, alg);
    if (first.what == key_lookup_action::refresh_and_wait) {
      auto cause = self->cause_locked(name, client);
      wake_refresh_loop(self);
      on_start(self->policy, now, std::move(cause));
    }
    if (first.what == key_lookup_action::wait ||
        first.what == key_lookup_action::refresh_and_wait) {
      if (!first.known()) on_wait(self->policy, name, self->settings.refresh);
      mine = self->waiting.join(here);
    }
  }
  if (!mine) co_return self->answer(first.what, std::move(first.key));
  waiter_registration waiting{self->mutex, self->waiting, std::move(mine)};
  co_await waiting.wait(until);
  lookup_result second{key_lookup_action::unavailable, jose::errc::unknown_key};
  {
    const std::lock_guard lock{self->mutex};
    second = self->lookup_again_locked(kid, alg);
  }
  co_return self->answer(second.what, std::move(second.key));
}

jwks_client::jwks_client(jwks_settings settings, key_source source, core::clock clock,
                         const async::executor& home, std::function<double()> random,
                         observer observe, std::unique_ptr<async::background_thread> thread) {
  check(settings);
  if (!source || !random) throw std::invalid_argument{"a jwks_client needs source and random"};
  state_ = std::make_shared<state>(std::move(settings), std::move(source), std::move(clock), home,
                                   std::move(random), std::move(observe), std::move(thread));
  const auto alive = std::make_shared<const bool>(true);
  state_->loop_alive = alive;
  async::asio::co_spawn(home, state::refresh_loop(state_, alive), rethrow);
}

// To run out of memory here ends the program.
// NOLINTNEXTLINE(bugprone-exception-escape)
jwks_client::~jwks_client() {
  close();
}

std::optional<core::result<key_ptr>> jwks_client::try_key(std::string_view kid, jose::algorithm alg,
                                                          std::string_view client) {
  state::lookup_result first{key_lookup_action::unavailable, jose::errc::unknown_key};
  {
    const std::lock_guard lock{state_->mutex};
    const auto now = state_->now_locked();
    first = state_->lookup_locked(kid, alg, client, now);
    if (first.what == key_lookup_action::use_and_refresh) {
      state::wake_refresh_loop(state_);
      on_start(state_->policy, now);
    }
  }
  if (first.what == key_lookup_action::wait || first.what == key_lookup_action::refresh_and_wait)
    return std::nullopt;
  return state_->answer(first.what, std::move(first.key));
}

async::task<core::result<key_ptr>> jwks_client::key_for(std::string_view kid, jose::algorithm alg,
                                                        std::string_view client,
                                                        core::deadline until) {
  return state::wait_for_key(state_, kid, alg, client, until);
}

void jwks_client::prefetch() {
  const std::lock_guard lock{state_->mutex};
  if (state_->closed || state_->policy.last_attempt) return;
  state::wake_refresh_loop(state_);
  on_start(state_->policy, state_->now_locked());
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
  const auto now = state_->clock.age_now().time_since_epoch().count();
  if (now >= state_->good_until.load(std::memory_order_relaxed)) return false;
  const auto wall = state_->clock.wall().time_since_epoch().count();
  return wall < state_->good_until_wall.load(std::memory_order_relaxed);
}

unsigned jwks_client::retry_after() const {
  const std::lock_guard lock{state_->mutex};
  return auth::retry_after(state_->policy, state_->clock.age_now());
}

jwks_stats jwks_client::stats() const {
  const std::lock_guard lock{state_->mutex};
  const auto& policy = state_->policy;
  const auto& keys = state_->cached.keys;
  const auto now = state_->now_locked();
  auto taken = state_->record.counts();
  taken.state = state_of(policy, now, state_->settings.refresh);
  const auto next = next_refresh(policy);
  if (next != core::steady_time::max()) taken.next_attempt = next - now;
  taken.max_age = policy.max_age;
  if (keys) {
    taken.kids = keys->kids();
    taken.keys_without_kid = keys->without_kid();
    taken.noted = keys->noted();
  }
  taken.skipped = state_->skipped;
  taken.unknown_kids = state_->unknown_kids.load(std::memory_order_relaxed);
  taken.failures_in_row = policy.failures;
  taken.in_flight = policy.in_flight;
  taken.ready = state_->ready_locked();
  taken.generation = policy.generation;
  if (policy.last_success) taken.age = now - *policy.last_success + policy.wall_lead;
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
  if (state_->thread) state_->thread->stop();
  async::wake_all(std::move(woken));
  state::wake_refresh_loop(state_);
}

}  // namespace latchkey::auth
