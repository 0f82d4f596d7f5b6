#include "worker.hpp"

#include <latchkey/net/address.hpp>
#include <latchkey/server/errc.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/v6_only.hpp>

#include <exception>
#include <utility>

namespace latchkey::server {

namespace asio = boost::asio;

namespace {

// Counted for one thread alone, whatever the count of all threads.
boost::local_shared_ptr<const site> local(std::shared_ptr<const site> shared) {
  const auto* const where = shared.get();
  return {where, [kept = std::move(shared)](const site*) {}};
}

// Some at a time: where those that are open have much to do, each turn takes long, and who comes
// would wait for one turn for each that came before.
constexpr std::size_t at_a_time = 16;

}  // namespace

worker::worker(async::executor where, server_state& shared, std::shared_ptr<const site> first,
               std::size_t connections)
    : state_{shared},
      limit_{connections},
      waits_{where},
      context_{local(std::move(first)), shared.clock, shared.settings.refused,
               shared.settings.observe, where,        waits_},
      tls_{context_.present->tls} {}

void worker::add(listener_change::added one) {
  if (draining_) return;
  listeners_.push_back({std::move(one.acceptor), one.number, context_.present->terms.at(one.terms),
                        async::timer{where()}, one.spread});
  if (started_) asio::co_spawn(where(), accept(listeners_.back()), asio::detached);
}

void worker::change(listener_change of, const std::shared_ptr<const site>& next,
                    std::size_t connections) {
  for (const auto one : of.remove) remove(one);
  if (next) use(next, connections);
  for (const auto& [number, terms] : of.terms) {
    for (auto& at : listeners_) {
      if (at.number == number) at.terms = context_.present->terms.at(terms);
    }
  }
  for (auto& one : of.add) add(std::move(one));
}

void worker::remove(std::uint64_t number) {
  for (auto& at : listeners_) {
    if (at.number != number || at.removed) continue;
    at.removed = true;
    take_queued(at);
    core::error_code ignored;
    at.acceptor.close(ignored);
    at.pause.cancel();
  }
}

void worker::start() {
  started_ = true;
  for (auto& at : listeners_) asio::co_spawn(where(), accept(at), asio::detached);
}

void worker::use(const std::shared_ptr<const site>& next, std::size_t connections) {
  context_.present = local(next);
  tls_ = next->tls;
  limit_ = connections;
  for (auto& at : listeners_) at.pause.cancel();
}

async::task<> worker::accept(listener& at) {
  while (!draining_ && !at.removed) {
    bool accepted = false;
    try {
      accepted = at.spread ? co_await accept_for_all(at) : co_await accept_some(at);
    } catch (const std::exception&) {
      accepted = false;
    }
    if (accepted || draining_ || at.removed) continue;
    // Out of descriptors or memory: trying again at once would only burn the processor.
    core::error_code ignored;
    at.pause.expires_after(std::chrono::milliseconds{100});
    co_await at.pause.async_wait(async::use_task_with(ignored));
  }
  if (at.removed) listeners_.remove_if([&at](const listener& one) { return &one == &at; });
}

bool worker::has_to_wait() const {
  return paused_ || (is_full() && state_.settings.when_full == when_full::wait);
}

// False, or an exception, where there was a connection that could not be had. Neither may end the
// loop: nobody would accept at this address any more.
async::task<bool> worker::accept_some(listener& at) {
  core::error_code error;
  if (has_to_wait()) {
    at.pause.expires_at(core::steady_time::max());
    co_await at.pause.async_wait(async::use_task_with(error));
    co_return true;
  }
  co_await at.acceptor.async_wait(async::tcp_acceptor::wait_read, async::use_task_with(error));
  if (paused_) co_return true;
  if (error) co_return at.removed || draining_;
  for (std::size_t i = 0; i < at_a_time; ++i) {
    auto next = accept_next(at.acceptor);
    if (next.has_error()) co_return next.error() == asio::error::would_block;
    auto one = admit(std::move(*next), at.terms);
    if (one && (!is_full() || co_await await_room(at.pause, at.removed, one->client))) {
      take(std::move(*one));
    }
    if (has_to_wait() || draining_ || at.removed) break;
  }
  co_return true;
}

// The same for all workers in turn: fair however busy each of them is, and nobody is woken in vain.
// How many wait for one of them is bounded; the rest waits in the system's queue.
async::task<bool> worker::accept_for_all(listener& at) {
  core::error_code error;
  auto* to = paused_ ? nullptr : next_in_turn(at);
  if (to == nullptr) {
    at.pause.expires_after(std::chrono::milliseconds{paused_ ? 50 : 5});
    co_await at.pause.async_wait(async::use_task_with(error));
    co_return true;
  }
  co_await at.acceptor.async_wait(async::tcp_acceptor::wait_read, async::use_task_with(error));
  if (paused_) co_return true;
  if (error) co_return at.removed || draining_;
  for (std::size_t i = 0; i < at_a_time && to != nullptr; ++i) {
    auto next = accept_next(at.acceptor);
    if (next.has_error()) co_return next.error() == asio::error::would_block;
    hand_over(*to, std::move(*next), at.terms);
    ++at.turn;
    to = next_in_turn(at);
  }
  co_return true;
}

// Null where enough wait for each of them. It is nobody else's turn until it has been given one.
worker* worker::next_in_turn(listener& at) const {
  const auto& all = state_.workers;
  for (std::size_t i = 0; i < all.size(); ++i, ++at.turn) {
    auto* const one = all[at.turn % all.size()];
    if (one->handed_.load(std::memory_order_relaxed) < at_a_time) return one;
  }
  return nullptr;
}

void worker::hand_over(worker& to, accepted one, const listener_terms& terms) const {
  to.handed_.fetch_add(1, std::memory_order_relaxed);
  asio::post(to.where(), [&to, terms, given = std::move(one)]() mutable {
    to.receive(std::move(given), terms);
  });
}

void worker::receive(accepted given, const listener_terms& terms) {
  try {
    auto one = admit(std::move(given), terms);
    if (one && is_full()) {
      return asio::co_spawn(where(), receive_when_room(std::move(*one)), asio::detached);
    }
    if (one) take(std::move(*one));
  } catch (const std::exception&) {
    // Out of memory or descriptors: it is closed, and the next may have more luck.
  }
  end_handover();
}

async::task<> worker::receive_when_room(newcomer one) {
  try {
    async::timer pause{where()};
    const bool removed = false;
    if (co_await await_room(pause, removed, one.client)) take(std::move(one));
  } catch (const std::exception&) {
    // As above.
  }
  end_handover();
}

void worker::end_handover() {
  handed_.fetch_sub(1, std::memory_order_relaxed);
  tell_if_drained();
}

std::optional<newcomer> worker::admit(accepted given, const listener_terms& terms) {
  context_.counts.accepted.add();
  const auto client = net::unmapped(given.peer.address());
  newcomer one{std::move(given.socket), client, terms, std::nullopt};
  if (terms.proxy_protocol) {
    if (net::is_within(context_.present->trusted_proxies, client)) return one;
    refuse(client, errc::untrusted_proxy);
    return std::nullopt;
  }
  if (auto counted = state_.clients.enter(client)) {
    one.counted.emplace(std::move(*counted));
    return one;
  }
  refuse(client, errc::too_many_connections);
  return std::nullopt;
}

void worker::refuse(const asio::ip::address& client, core::error_code why) {
  const bool untrusted = why == errc::untrusted_proxy;
  context_.counts.close(untrusted ? close_reason::handshake : close_reason::too_many);
  if (untrusted) context_.counts.failed_handshakes.add(reason(errc::untrusted_proxy));
  const auto& refused = state_.settings.refused;
  if (!refused) return;
  const auto text = client.to_string();
  refused({text, text, why, 0});
}

open_connection::open_connection(newcomer of, const net::tls_context* tls, worker_context& shared,
                                 worker& by)
    : home{by},
      counted{std::move(of.counted)},
      one{std::move(of.socket), of.client, of.terms, tls, shared} {}

void open_connection::wake() {
  home.go_on(std::unique_ptr<open_connection>{this});
}

void open_connection::abandon() {
  const std::unique_ptr<open_connection> last{this};
}

// Begins a connection.
void worker::take(newcomer one) try {
  const auto client = network_of(one.client);
  const bool behind_proxy = one.terms.proxy_protocol;
  const auto* const tls = one.terms.plain_http ? nullptr : tls_.get();
  auto open = std::make_unique<open_connection>(std::move(one), tls, context_, *this);
  by_client_.enter(open->by_client, client, *open);
  if (behind_proxy) {
    open->one.admit_by([this, held = open.get()](const asio::ip::address& told) {
      return count_for(*held, told);
    });
  }
  connections_.push_back(open->one);
  if (draining_) open->one.drain();
  ++count_;
  state_.open.fetch_add(1, std::memory_order_relaxed);
  try {
    run(std::move(open));
  } catch (...) {
    ended(false);
    throw;
  }
} catch (...) {
  context_.counts.close(close_reason::fault);
  throw;
}

// No coroutine around it: every connection that waits would keep one.
void worker::run(std::unique_ptr<open_connection> open) {
  auto running = open->one.run();
  asio::co_spawn(where(), std::move(running),
                 [this, open = std::move(open)](const std::exception_ptr&) mutable {
                   if (open->one.is_resting()) {
                     // What has come meanwhile wakes nobody.
                     auto& asleep = *open;
                     if (!asleep.one.sleep(asleep)) return go_on(std::move(open));
                     static_cast<void>(open.release());
                     return;
                   }
                   const bool made_room = open->makes_room;
                   open.reset();
                   ended(made_room);
                 });
}

void worker::go_on(std::unique_ptr<open_connection> one) {
  const bool made_room = one->makes_room;
  try {
    run(std::move(one));
  } catch (const std::exception&) {
    context_.counts.close(close_reason::fault);
    ended(made_room);
  }
}

// Until then it is the proxy's, which may have as many as come. False where the client has all it
// may have.
bool worker::count_for(open_connection& one, const asio::ip::address& client) {
  auto counted = state_.clients.enter(client);
  if (!counted) return false;
  one.counted.emplace(std::move(*counted));
  // One that has been chosen to make room counts no more.
  if (one.makes_room) return true;
  one.by_client.leave();
  by_client_.enter(one.by_client, network_of(client), one);
  return true;
}

// What the system has accepted would be reset with the acceptor. Of those who keep coming as many
// as may have been waiting are taken, and begun in turn with everything else.
void worker::take_queued(listener& at) {
  for (int i = 0; i < accept_queue; ++i) {
    auto next = accept_next(at.acceptor);
    if (next.has_error()) break;
    if (count_ + handed_.load(std::memory_order_relaxed) >= limit_) {
      context_.counts.accepted.add();
      refuse(net::unmapped(next->peer.address()), errc::too_many_connections);
      continue;
    }
    hand_over(*this, std::move(*next), at.terms);
  }
}

// Waits until there is room, or sees to it that there is. False where there is none for it.
async::task<bool> worker::await_room(async::timer& pause, const bool& removed,
                                     const asio::ip::address& client) {
  core::error_code ignored;
  while (is_full() && !paused_ && !draining_ && !removed) {
    const auto found = make_room(client);
    // More than one has to go where the bound has become less.
    if (found == room::made) continue;
    if (found == room::refused) {
      refuse(client, errc::too_many_connections);
      co_return false;
    }
    // Where all of them are being answered, one may be idle soon.
    pause.expires_after(std::chrono::milliseconds{50});
    co_await pause.async_wait(async::use_task_with(ignored));
  }
  if (paused_) context_.counts.close(close_reason::too_many);
  co_return !paused_;
}

// Closes a connection for one of this client. It counts no more, though it may take a turn to end.
worker::room worker::make_room(const asio::ip::address& client) {
  const auto how = state_.settings.when_full;
  if (how == when_full::wait || leaving_ >= limit_) return room::none;
  const auto now = state_.clock.steady();
  const auto may_go = [&](open_connection& held) {
    auto& one = held.one;
    if (one.peer_closed()) return one.may_be_ended();
    if (how == when_full::close_unread) return one.may_be_ended();
    if (one.is_stalled(now)) return true;
    return one.is_idle() && !one.has_unread();
  };
  const auto chosen = by_client_.choose(network_of(client), now, may_go);
  if (chosen.unfair) return room::refused;
  if (chosen.leaving == nullptr) return room::none;
  auto& leaving = chosen.leaving->connection();
  // Who has just come, or is about to ask again, would have to come again: who comes waits. Nor
  // does one of a client with fewer go in its place.
  const bool is_young = leaving.one.is_idle() && !leaving.one.peer_closed() &&
                        leaving.waits_since() > now - state_.settings.min_idle;
  if (how == when_full::close_idle && is_young) return room::none;
  leaving.by_client.leave();
  leaving.makes_room = true;
  ++leaving_;
  if (state_.settings.refused && !leaving.one.peer_closed()) {
    const auto& from = leaving.one.from();
    state_.settings.refused({from.peer, from.client, errc::closed_for_another, 0});
  }
  leaving.one.close(close_reason::replaced);
  return room::made;
}

void worker::ended(bool made_room) {
  --count_;
  if (made_room) --leaving_;
  state_.open.fetch_sub(1, std::memory_order_relaxed);
  for (auto& at : listeners_) at.pause.cancel();
  tell_if_drained();
}

void worker::tell_if_drained() {
  if (count_ != 0 || handed_.load(std::memory_order_relaxed) != 0 || !on_drained_) return;
  std::exchange(on_drained_, nullptr)();
}

// The port stays bound, so that the system gives it to nobody else meanwhile: a client that got it
// as its own port would connect to itself.
core::error_code worker::pause() {
  if (paused_ || draining_) return {};
  for (auto& at : listeners_) {
    core::error_code error;
    binding same{.where = at.acceptor.local_endpoint(error)};
    if (error) return error;
    asio::ip::v6_only v6_only{true};
    if (same.where.address().is_v6()) at.acceptor.get_option(v6_only, error);
    if (error) return error;
    same.v6_only = v6_only.value();
    auto held = bound_acceptor(this->where(), same);
    if (held.has_error()) return held.error();
    paused_ = true;
    at.acceptor.close(error);
    at.acceptor = std::move(*held);
  }
  return {};
}

core::error_code worker::resume() {
  if (!paused_ || draining_) return {};
  core::error_code first;
  for (auto& at : listeners_) {
    core::error_code error;
    at.acceptor.listen(accept_queue, error);
    if (error && !first) first = error;
  }
  if (first) return first;
  paused_ = false;
  for (auto& at : listeners_) at.pause.cancel();
  return {};
}

void worker::stop_accepting() {
  draining_ = true;
  core::error_code ignored;
  for (auto& at : listeners_) {
    take_queued(at);
    at.acceptor.close(ignored);
    at.pause.cancel();
  }
}

void worker::drain() {
  for (auto& one : connections_) one.drain();
}

void worker::close_connections() {
  for (auto& one : connections_) one.close(close_reason::drain);
}

void worker::on_drained(std::function<void()> empty) {
  on_drained_ = std::move(empty);
  tell_if_drained();
}

}  // namespace latchkey::server
