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

core::result<key_ptr> jwks_client::state::answer(verdict what, core::result<key_ptr> key) {
  switch (what) {
    case verdict::use:
    case verdict::use_and_refresh:
      return key;
    case verdict::unknown_key:
      if (key.error() == jose::errc::unknown_key) {
        unknown_kids.fetch_add(1, std::memory_order_relaxed);
      }
      return key;
    case verdict::wait:
    case verdict::refresh_and_wait:
    case verdict::unavailable:
      break;
  }
  return errc::keys_unavailable;
}

namespace {

void rethrow(const std::exception_ptr& failure) {
  if (failure) std::rethrow_exception(failure);
}

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
                                                                    jose::algorithm stated,
                                                                    std::string_view client,
                                                                    core::deadline until) {
  const auto here = co_await async::asio::this_coro::executor;
  std::shared_ptr<async::waiter> mine;
  found first{verdict::unavailable, jose::errc::unknown_key};
  {
    const std::lock_guard lock{self->mutex};
    const auto now = self->now_locked();
    first = self->look_locked(kid, stated, client, now);
    // What may throw comes before what it would leave half done.
    if (first.what == verdict::use_and_refresh) {
      kick(self);
      on_start(self->policy, now);
    }
    const auto name = first.known() ? std::string{} : name_of(kid, stated);
    if (first.what == verdict::refresh_and_wait) {
      auto cause = self->cause_locked(name, client);
      kick(self);
      on_start(self->policy, now, std::move(cause));
    }
    if (first.what == verdict::wait || first.what == verdict::refresh_and_wait) {
      if (!first.known()) on_wait(self->policy, name, self->settings.refresh);
      mine = self->waiting.join(here);
    }
  }
  if (!mine) co_return self->answer(first.what, std::move(first.key));
  place waiting{self->mutex, self->waiting, std::move(mine)};
  co_await waiting.wait(until);
  found second{verdict::unavailable, jose::errc::unknown_key};
  {
    const std::lock_guard lock{self->mutex};
    second = self->look_again_locked(kid, stated);
  }
  co_return self->answer(second.what, std::move(second.key));
}

jwks_client::jwks_client(jwks_settings settings, key_source source, core::clock clock,
                         const async::executor& home, std::function<double()> chance,
                         observer observe, std::unique_ptr<async::background_thread> thread) {
  check(settings);
  if (!source || !chance) throw std::invalid_argument{"a jwks_client needs source and chance"};
  state_ = std::make_shared<state>(std::move(settings), std::move(source), std::move(clock), home,
                                   std::move(chance), std::move(observe), std::move(thread));
  const auto alive = std::make_shared<const bool>(true);
  state_->renewal = alive;
  async::asio::co_spawn(home, state::renew(state_, alive), rethrow);
}

// To run out of memory here ends the program.
// NOLINTNEXTLINE(bugprone-exception-escape)
jwks_client::~jwks_client() {
  close();
}

std::optional<core::result<key_ptr>> jwks_client::try_key(std::string_view kid,
                                                          jose::algorithm stated,
                                                          std::string_view client) {
  state::found first{verdict::unavailable, jose::errc::unknown_key};
  {
    const std::lock_guard lock{state_->mutex};
    const auto now = state_->now_locked();
    first = state_->look_locked(kid, stated, client, now);
    if (first.what == verdict::use_and_refresh) {
      state::kick(state_);
      on_start(state_->policy, now);
    }
  }
  if (first.what == verdict::wait || first.what == verdict::refresh_and_wait) return std::nullopt;
  return state_->answer(first.what, std::move(first.key));
}

async::task<core::result<key_ptr>> jwks_client::key_for(std::string_view kid,
                                                        jose::algorithm stated,
                                                        std::string_view client,
                                                        core::deadline until) {
  return state::wait_for_key(state_, kid, stated, client, until);
}

void jwks_client::prefetch() {
  const std::lock_guard lock{state_->mutex};
  if (state_->closed || state_->policy.last_attempt) return;
  state::kick(state_);
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
  const auto& keys = state_->at_hand.keys;
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
  state::kick(state_);
}

}  // namespace latchkey::auth
