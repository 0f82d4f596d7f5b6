#include "token_shard.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace latchkey::jose {
namespace {

// How many entries in use are passed over when one has to go: no request pays for a whole round.
constexpr int max_spared = 64;

}  // namespace

token_shard::~token_shard() {
  for (auto* queue : {&probation_, &established_}) {
    while (queue->oldest != nullptr) {
      const entry_ptr gone{queue->oldest};
      queue->remove(*gone);
    }
  }
  while (waiting_ != nullptr) {
    const entry_ptr gone{std::exchange(waiting_, waiting_->newer)};
  }
}

token_entry* token_shard::find(const hashed_token& token, reader& by) const {
  if (by.pinned_.load(std::memory_order_relaxed) != nullptr) {
    throw std::logic_error{"token_cache: what was found before still lives"};
  }
  return table_.find(token, by.pinned_);
}

token_entry* token_shard::find_again(const hashed_token& token, reader& by) const {
  const std::lock_guard guard{lock_};
  return find(token, by);
}

void token_shard::mark_hit(token_entry& pinned) {
  if (pinned.on_probation.load(std::memory_order_relaxed)) {
    const std::unique_lock guard{lock_, std::try_to_lock};
    if (guard.owns_lock()) {
      if (pinned.in == &probation_) establish(pinned);
      return;
    }
  }
  pinned.hit.store(true, std::memory_order_relaxed);
}

bool token_shard::put(const hashed_token& token, cached_grant grant, std::size_t maker) {
  const std::lock_guard guard{lock_};
  free_unpinned();
  if (auto* const before = table_.locate(token)) drop(*before, erasures_);
  const auto now = grant.checked_at;
  if (!in_time(grant, now)) return false;
  const auto need = token_cache::cost(token.text, grant, readers_.size());
  if (need > limit_ / 8 || !make_room(need, now)) {
    too_large_.add(1);
    return false;
  }
  auto& made = *token_entry::make(token, readers_.size(), maker, std::move(grant)).release();
  made.bytes = need;
  bytes_.add(need);
  probation_.append(made);
  table_.place(made);
  entries_.add(1);
  insertions_.add(1);
  return true;
}

void token_shard::erase(const hashed_token& token) {
  const std::lock_guard guard{lock_};
  free_unpinned();
  if (auto* const one = table_.locate(token)) drop(*one, erasures_);
}

void token_shard::expire(const hashed_token& token, core::wall_time now) {
  const std::lock_guard guard{lock_};
  free_unpinned();
  auto* const one = table_.locate(token);
  // Another thread may have put a newer grant meanwhile.
  if (one != nullptr && !in_time(one->grant, now)) drop(*one, expirations_);
}

core::principal_ptr token_shard::adopt(token_entry& pinned, const reader& by, core::wall_time now) {
  const std::lock_guard guard{lock_};
  free_unpinned();
  const auto& shared = pinned.principals()[pinned.maker];
  constexpr auto more = token_cache::bytes_of_further_reader;
  while (pinned.in != nullptr && bytes_.get() + more > limit_) evict(now);
  // Gone from the table, perhaps for the room it asked for itself.
  if (pinned.in == nullptr) return shared;
  auto& mine = pinned.principals()[by.index_];
  mine = counted_apart(shared);
  pinned.bytes += more;
  pinned.in->bytes += more;
  bytes_.add(more);
  return mine;
}

// As the newest; from where it was.
void token_shard::establish(token_entry& one) {
  one.on_probation.store(false, std::memory_order_relaxed);
  one.hit.store(false, std::memory_order_relaxed);
  one.in->remove(one);
  established_.append(one);
}

void token_shard::drop(token_entry& one, core::counter& reason) {
  table_.remove(one);
  one.in->remove(one);
  entries_.subtract(1);
  reason.add(1);
  if (is_pinned(one)) {
    one.newer = std::exchange(waiting_, &one);
  } else {
    free(one);
  }
}

void token_shard::free(token_entry& one) {
  const auto bytes = one.bytes;
  entry_delete{}(&one);
  bytes_.subtract(bytes);
}

void token_shard::free_unpinned() {
  for (auto** at = &waiting_; *at != nullptr;) {
    auto& one = **at;
    if (is_pinned(one)) {
      at = &one.newer;
    } else {
      *at = one.newer;
      free(one);
    }
  }
}

bool token_shard::is_pinned(const token_entry& one) const {
  return std::any_of(readers_.begin(), readers_.end(), [&one](const auto& by) {
    return by->pinned_.load(std::memory_order_seq_cst) == &one;
  });
}

bool token_shard::make_room(std::size_t need, core::wall_time now) {
  // At three quarters: beyond, searches grow long.
  while (entries_.get() + 1 > table_.slots() / 4 * 3) {
    const auto wider = table_.bytes_to_widen();
    if (bytes_.get() + wider + need <= limit_) {
      table_.widen();
      bytes_.add(wider);
    } else if (entries_.get() == 0) {
      return false;
    } else {
      evict(now);
    }
  }
  while (bytes_.get() + need > limit_) {
    if (entries_.get() == 0) return false;
    evict(now);
  }
  return true;
}

// By `until` alone: what another thread has just stored may be of a moment after `now`.
void token_shard::evict(core::wall_time now) {
  for (auto* const one : {&established_, &probation_}) {
    if (one->oldest != nullptr && now >= one->oldest->grant.until) {
      drop(*one->oldest, expirations_);
      return;
    }
  }
  for (int spared = 0; spared < max_spared; ++spared) {
    auto& from = established_.bytes > limit_ / 4 * 3 ? established_ : probation_;
    if (from.oldest == nullptr) break;
    auto& oldest = *from.oldest;
    if (!oldest.hit.load(std::memory_order_relaxed)) {
      drop(oldest, evictions_);
      return;
    }
    establish(oldest);
  }
  auto* const last = probation_.oldest != nullptr ? probation_.oldest : established_.oldest;
  if (last != nullptr) drop(*last, evictions_);
}

void token_shard::add_to(token_cache_stats& sum) const {
  sum.bytes += bytes_.get();
  sum.entries += entries_.get();
  sum.insertions += insertions_.get();
  sum.evictions += evictions_.get();
  sum.expirations += expirations_.get();
  sum.erasures += erasures_.get();
  sum.too_large += too_large_.get();
}

}  // namespace latchkey::jose
