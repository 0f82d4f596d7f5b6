#include "jwks_state.hpp"

#include <latchkey/auth/errc.hpp>
#include <latchkey/auth/jwks_client.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include <exception>
#include <stdexcept>
#include <utility>

namespace latchkey::auth {
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

key_lookup jwks_client::state::lookup(const std::shared_ptr<state>& self, std::string_view kid,
                                      jose::algorithm alg, std::string_view client) {
  auto* const mine = self->snapshots ? self->snapshots->here() : nullptr;
  if (mine != nullptr && self->is_fresh(mine->version)) {
    auto key = choose(mine->keys.get(), kid, alg);
    if (key.has_value()) return {std::move(*key), {}, mine->generation};
  }
  std::shared_ptr<const jose::key_set> replaced;  // goes once the mutex is free
  const std::lock_guard lock{self->mutex};
  const auto now = self->now_locked();
  auto found = self->lookup_locked(kid, alg, client, now);
  if (mine != nullptr) replaced = self->take_snapshot_locked(*mine);
  if (found.what == key_lookup_action::use_and_refresh) begin_fetch_locked(self, now);
  if (found.waits()) return {};
  return self->finish_locked(std::move(found));
}

async::task<key_lookup> jwks_client::state::wait_for_key(std::shared_ptr<state> self,
                                                         std::string_view kid, jose::algorithm alg,
                                                         std::string_view client,
                                                         core::deadline until) {
  const auto here = co_await async::asio::this_coro::executor;
  std::shared_ptr<async::waiter> mine;
  {
    const std::lock_guard lock{self->mutex};
    const auto now = self->now_locked();
    auto first = self->lookup_locked(kid, alg, client, now);
    if (first.what == key_lookup_action::use_and_refresh) begin_fetch_locked(self, now);
    if (!first.waits()) co_return self->finish_locked(std::move(first));
    // What may throw comes before what it would leave half done.
    const auto name = first.known() ? std::string{} : policy_name(kid, alg);
    if (first.what == key_lookup_action::refresh_and_wait) {
      // While no key can be used the fetch is due to no client in particular.
      std::optional<refresh_cause> cause;
      if (self->ready_locked()) cause = refresh_cause{std::string{client}, name};
      begin_fetch_locked(self, now, std::move(cause));
    }
    if (!first.known()) join_fetch(self->keys.policy, name, self->settings.refresh);
    mine = self->waiting.join(here);
  }
  waiter_registration registered{self->mutex, self->waiting, std::move(mine)};
  co_await registered.wait(until);
  const std::lock_guard lock{self->mutex};
  co_return self->finish_locked(self->lookup_after_wait_locked(kid, alg));
}

jwks_client::jwks_client(jwks_settings settings, key_source source, core::clock clock,
                         const async::executor& home, std::function<double()> random,
                         observer observe, std::unique_ptr<async::background_thread> thread,
                         const async::io_pool* readers) {
  check(settings);
  if (!source || !random) throw std::invalid_argument{"a jwks_client needs source and random"};
  state_ =
      std::make_shared<state>(std::move(settings), std::move(source), std::move(clock), home,
                              std::move(random), std::move(observe), std::move(thread), readers);
  const auto alive = std::make_shared<const bool>(true);
  state_->loop_alive = alive;
  async::asio::co_spawn(home, state::refresh_loop(state_, alive), rethrow);
}

// To run out of memory here ends the program.
// NOLINTNEXTLINE(bugprone-exception-escape)
jwks_client::~jwks_client() {
  close();
}

key_lookup jwks_client::lookup(std::string_view kid, jose::algorithm alg, std::string_view client) {
  return state::lookup(state_, kid, alg, client);
}

async::task<key_lookup> jwks_client::wait_for_key(std::string_view kid, jose::algorithm alg,
                                                  std::string_view client, core::deadline until) {
  return state::wait_for_key(state_, kid, alg, client, until);
}

void jwks_client::prefetch() {
  const std::lock_guard lock{state_->mutex};
  if (state_->closed || state_->keys.policy.last_attempt) return;
  state::begin_fetch_locked(state_, state_->now_locked());
}

bool jwks_client::ready() const {
  const std::lock_guard lock{state_->mutex};
  return state_->ready_locked();
}

std::uint64_t jwks_client::generation() const {
  return state_->generation.load(std::memory_order_acquire);
}

bool jwks_client::current(std::uint64_t generation) const {
  // In this order: who reads one of the times of a later generation finds its number, too.
  return generation != 0 && state_->is_usable_now() && this->generation() == generation;
}

jwks_stats jwks_client::stats() const {
  const std::lock_guard lock{state_->mutex};
  const auto& policy = state_->keys.policy;
  const auto& keys = state_->keys.cached.keys;
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
  taken.skipped = state_->keys.skipped;
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
  state_->fetcher.stop();
  async::wake_all(std::move(woken));
  state::wake_refresh_loop(state_);
}

}  // namespace latchkey::auth
