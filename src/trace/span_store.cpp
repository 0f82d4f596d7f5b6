#include <latchkey/trace/span_store.hpp>

#include <algorithm>
#include <utility>

namespace latchkey::trace {
namespace {

std::size_t share_of(std::size_t limit, std::size_t threads) {
  return std::max<std::size_t>(1, limit / threads);
}

}  // namespace

span_store::span_store(const async::io_pool& threads, std::size_t limit)
    : parts_{threads, [share = share_of(limit, threads.size())](std::size_t) {
               return std::make_unique<thread_part>(share);
             }} {}

void span_store::add(span&& ended) {
  auto* const mine = parts_.here();
  if (mine == nullptr) {
    others_dropped_.fetch_add(1, std::memory_order_relaxed);
  } else if (!mine->waiting.push(std::move(ended))) {
    mine->dropped.add();
  }
}

void span_store::set_limit(std::size_t limit) {
  const auto& all = parts_.all();
  for (const auto& one : all) one->waiting.set_limit(share_of(limit, all.size()));
}

std::size_t span_store::size() const {
  std::size_t all = 0;
  for (const auto& one : parts_.all()) all += one->waiting.size();
  return all;
}

std::uint64_t span_store::dropped() const {
  auto all = others_dropped_.load(std::memory_order_relaxed);
  for (const auto& one : parts_.all()) all += one->dropped.get();
  return all;
}

void span_store::take(std::vector<span>& out, std::size_t most) {
  const auto& all = parts_.all();
  std::size_t empty = 0;
  while (out.size() < most && empty < all.size()) {
    span one;
    empty = all[next_]->waiting.pop(one) ? 0 : empty + 1;
    if (empty == 0) out.push_back(std::move(one));
    next_ = (next_ + 1) % all.size();
  }
}

void span_store::discard() {
  std::uint64_t count = 0;
  for (const auto& one : parts_.all()) {
    // No more than are there now: those that come meanwhile do not keep this going.
    span gone;
    for (auto left = one->waiting.size(); left > 0 && one->waiting.pop(gone); --left) ++count;
  }
  others_dropped_.fetch_add(count, std::memory_order_relaxed);
}

}  // namespace latchkey::trace
