#include "splitmix.hpp"

#include <latchkey/edge/pool.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::edge {
namespace {

// How often idle connections are looked at, beside when one is asked for.
constexpr std::chrono::seconds look_pause{1};

idle_connection facts_of(const pooled_connection& one,
                         const std::optional<std::chrono::seconds>& told) {
  return {one.made, one.idle_since, told, one.told_max};
}

peeked peek(net::transport& at) {
  using state = net::transport::idle_state;
  switch (at.check_idle()) {
    case state::open:
      return peeked::nothing;
    case state::spoke:
      return peeked::bytes;
    case state::ended:
      break;
  }
  return peeked::end;
}

}  // namespace

// One request that waits for a place. Off the list before it goes, whatever ends its coroutine.
struct pool::waiting_place {
  waiting_place(pool& of, async::executor where, waiting_place*& shown)
      : owner{of}, timer{where}, told{shown} {
    told = this;
    at = owner.waiting_.insert(owner.waiting_.end(), this);
    owner.counts_.waiting.set(owner.waiting_.size());
  }
  waiting_place(const waiting_place&) = delete;
  waiting_place& operator=(const waiting_place&) = delete;
  ~waiting_place() {
    told = nullptr;
    if (!admitted) leave_list();
  }

  void admit() {
    leave_list();
    admitted = true;
    timer.cancel();
  }
  void leave_list() {
    owner.waiting_.erase(at);
    owner.counts_.waiting.set(owner.waiting_.size());
  }

  pool& owner;
  async::timer timer;
  waiting_place*& told;
  std::list<waiting_place*>::iterator at;
  bool admitted = false;
};

pool::pool(std::shared_ptr<const upstream_settings> of, core::clock clock, std::size_t threads,
           std::size_t index, std::uint64_t seed, std::function<void(const address_event&)> tell)
    : settings_{std::move(of)},
      clock_{std::move(clock)},
      limits_{share_of(settings_->circuit, threads, index)},
      max_idle_{settings_->max_idle / threads + (index < settings_->max_idle % threads ? 1 : 0)},
      group_{{}, settings_->health, clock_.steady()},
      random_{seed},
      tell_{std::move(tell)} {}

void pool::replace(std::vector<place> all) {
  group_.replace(texts_of(all), clock_.steady());
  std::vector<place_state> next;
  for (auto& one : all) {
    const auto is_it = [&one](const place_state& other) { return other.at.text == one.text; };
    if (std::any_of(next.begin(), next.end(), is_it)) continue;
    const auto known = std::find_if(places_.begin(), places_.end(), is_it);
    if (known != places_.end() && known->at == one) {
      next.push_back(std::move(*known));
      places_.erase(known);
    } else {
      next.push_back({std::move(one), {}, {}, {}, {}});
    }
  }
  for (const auto& gone : places_) idle_count_ -= gone.idle.size();
  places_ = std::move(next);
  ++epoch_;
  counts_.idle.set(idle_count_);
  counts_.addresses.set(places_.size());
  note_health();
}

void pool::note_health() {
  std::size_t healthy = 0;
  for (std::size_t i = 0; i < group_.size(); ++i) healthy += group_.at(i).healthy ? 1 : 0;
  counts_.healthy.set(healthy);
}

void pool::set_healthy(std::string_view text, bool healthy) {
  for (std::size_t i = 0; i < group_.size(); ++i) {
    if (group_.at(i).address == text) group_.set_healthy(i, healthy);
  }
  note_health();
}

void pool::close_all_idle() {
  for (auto& one : places_) one.idle.clear();
  idle_count_ = 0;
  counts_.idle.set(0);
}

void pool::retire() {
  retired_ = true;
  close_all_idle();
  looks_.reset();
}

admission pool::try_enter() {
  const auto verdict = admit(under_way_.requests, waiting_.size(), limits_);
  if (verdict == admission::go) counts_.outstanding.set(++under_way_.requests);
  if (verdict == admission::refuse) counts_.refused.add();
  return verdict;
}

void pool::give_up(waiting_place& one) {
  one.timer.cancel();
}

async::task<bool> pool::enter(core::deadline until, waiting_place*& here) {
  waiting_place mine{*this, co_await async::asio::this_coro::executor, here};
  core::error_code ignored;
  mine.timer.expires_at(until.at());
  co_await mine.timer.async_wait(async::use_task_with(ignored));
  // Whoever left has given its place on.
  if (!mine.admitted) counts_.refused.add();
  co_return mine.admitted;
}

void pool::leave() {
  if (!waiting_.empty()) return waiting_.front()->admit();
  counts_.outstanding.set(--under_way_.requests);
}

std::uint32_t pool::random() {
  return static_cast<std::uint32_t>(next_random(random_) >> 32U);
}

choice pool::choose(std::optional<std::string_view> key, std::span<const std::size_t> tried,
                    core::steady_time now) {
  if (key) return choose_by_key(group_, *key, tried, now);
  return choose_least(group_, {random(), random()}, tried, now);
}

std::optional<std::size_t> pool::now_at(std::uint64_t epoch, std::size_t index,
                                        std::string_view text) const {
  if (epoch == epoch_) return index;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i].at.text == text) return i;
  }
  return std::nullopt;
}

void pool::end(std::size_t index, exchange_end how, core::steady_time now) {
  const auto event = group_.end(index, how, now);
  if (event != address_group::event::ejected) return;
  counts_.ejections.add();
  const auto& gone = group_.at(index);
  if (tell_) tell_({settings_->name, gone.address, "ejected", {}, gone.ejected_until});
}

pooled_connection pool::take(std::size_t index, bool repeatable, core::steady_time now) {
  auto& from = places_[index];
  if (!repeatable && now < from.distrusted_until) return {};
  while (!from.idle.empty()) {
    auto& last = from.idle.back();
    // Those that rest stand before all others.
    if (last.rests_until > now) break;
    const auto facts = facts_of(last, from.told_timeout);
    auto verdict = decide(facts, peeked::nothing, repeatable, now, settings_->pool);
    // What is too old is not worth asking the system.
    if (verdict == reuse::use) {
      verdict = decide(facts, peek(*last.over), repeatable, now, settings_->pool);
    }
    if (verdict == reuse::leave) break;
    auto taken = std::move(last);
    from.idle.pop_back();
    counts_.idle.set(--idle_count_);
    if (verdict == reuse::use) {
      taken.reused = true;
      return taken;
    }
  }
  return {};
}

void pool::give_back(std::size_t index, pooled_connection one, const keep_alive& told,
                     core::steady_time now) {
  auto& to = places_[index];
  if (told.timeout) to.told_timeout = told.timeout;
  one.told_max = told.max;
  one.reused = true;
  one.idle_since = now;
  // Its header said whose it is.
  if (settings_->send_proxy != net::proxy_version::none) return;
  if (retired_ || idle_count_ >= max_idle_ || one.told_max == 0U) return;
  const auto until = expires_at(facts_of(one, to.told_timeout), settings_->pool);
  if (until <= one.idle_since) return;
  const bool rests = one.rests_until > now;
  to.idle.insert(rests ? to.idle.begin() : to.idle.end(), std::move(one));
  counts_.idle.set(++idle_count_);
  expect_look(std::min(until, now + look_pause));
}

net::session_ptr pool::take_session(std::size_t index, core::steady_time now) {
  auto& of = places_[index];
  auto taken = std::exchange(of.session, nullptr);
  return now < of.session_until ? std::move(taken) : nullptr;
}

void pool::keep_session(std::size_t index, net::session_ptr one, bool resumed,
                        core::steady_time made) {
  constexpr std::chrono::hours verified_for{1};
  auto& at = places_[index];
  // A resumed one has been shown no certificate, and hands on the time of that which has.
  if (!resumed) at.session_until = made + verified_for;
  at.session = std::move(one);
}

void pool::distrust(std::size_t index, core::steady_time now) {
  constexpr std::chrono::seconds spell{60};
  places_[index].distrusted_until = now + spell;
}

void pool::close_idle(std::size_t index) {
  idle_count_ -= places_[index].idle.size();
  places_[index].idle.clear();
  counts_.idle.set(idle_count_);
}

void pool::expect_look(core::steady_time at) {
  if (at >= next_look_ || waits_ == nullptr) return;
  if (!looks_) looks_.emplace(waits_->timers, [this] { look(); });
  next_look_ = at;
  looks_->expires_at(core::deadline{at});
}

void pool::close_expired(place_state& of, core::steady_time now, core::steady_time& next) {
  const auto gone =
      std::remove_if(of.idle.begin(), of.idle.end(), [&](const pooled_connection& one) {
        const auto until = expires_at(facts_of(one, of.told_timeout), settings_->pool);
        if (until <= now || one.over->peer_closed()) return true;
        next = std::min({next, until, now + look_pause});
        return false;
      });
  idle_count_ -= static_cast<std::size_t>(of.idle.end() - gone);
  of.idle.erase(gone, of.idle.end());
}

void pool::look() {
  next_look_ = core::steady_time::max();
  auto next = next_look_;
  const auto now = clock_.steady();
  for (auto& one : places_) close_expired(one, now, next);
  counts_.idle.set(idle_count_);
  if (next != core::steady_time::max()) expect_look(next);
}

std::unique_ptr<exchange_buffer> pool::take_buffer() {
  auto one = buffers_.take();
  return one ? std::move(one) : std::make_unique_for_overwrite<exchange_buffer>();
}

std::unique_ptr<workspace> pool::take_workspace() {
  if (auto one = workspaces_.take()) return one;
  http1::response_limits limits;
  limits.head = settings_->head;
  return std::make_unique<workspace>(limits);
}

void pool::give_back(std::unique_ptr<workspace> one) {
  // One that had to hold much once is not kept for the many that need little.
  constexpr std::size_t usual = 16 * 1024;
  if (!one || one->bytes.capacity() > usual || one->target.capacity() > usual) return;
  one->fields.clear();
  workspaces_.give_back(std::move(one));
}

async::socket_waits& pool::waits(const async::executor& here, async::socket_waits* of_server) {
  if (waits_ == nullptr) {
    waits_ = of_server != nullptr ? of_server : &async::socket_waits_of(here);
  }
  return *waits_;
}

}  // namespace latchkey::edge
