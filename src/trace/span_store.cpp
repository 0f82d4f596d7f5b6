#include <latchkey/trace/span_store.hpp>

#include <utility>

namespace latchkey::trace {

span_store::span_store(const async::io_pool& threads, std::size_t limit)
    : parts_{threads, [limit](std::size_t) { return std::make_unique<thread_part>(limit); }},
      limit_{limit} {}

void span_store::add(span&& ended) {
  auto* const mine = parts_.here();
  if (mine == nullptr) {
    others_dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  // Counted before there is one, so that never more wait than are counted.
  const bool fits =
      waiting_.fetch_add(1, std::memory_order_relaxed) < limit_.load(std::memory_order_relaxed);
  if (fits && mine->waiting.push(std::move(ended))) return;
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  mine->dropped.add();
}

void span_store::set_limit(std::size_t limit) {
  for (const auto& one : parts_.all()) one->waiting.set_limit(limit);
  limit_.store(limit, std::memory_order_relaxed);
}

std::uint64_t span_store::dropped() const {
  auto all = others_dropped_.load(std::memory_order_relaxed);
  for (const auto& one : parts_.all()) all += one->dropped.get();
  return all;
}

void span_store::take(std::vector<span>& out, std::size_t most) {
  const auto& all = parts_.all();
  const auto before = out.size();
  std::size_t empty = 0;
  while (out.size() < most && empty < all.size()) {
    span one;
    empty = all[next_]->waiting.pop(one) ? 0 : empty + 1;
    if (empty == 0) out.push_back(std::move(one));
    next_ = (next_ + 1) % all.size();
  }
  waiting_.fetch_sub(out.size() - before, std::memory_order_relaxed);
}

void span_store::discard() {
  std::uint64_t count = 0;
  for (const auto& one : parts_.all()) {
    // No more than are there now: those that come meanwhile do not keep this going.
    span gone;
    for (auto left = one->waiting.size(); left > 0 && one->waiting.pop(gone); --left) ++count;
  }
  waiting_.fetch_sub(static_cast<std::size_t>(count), std::memory_order_relaxed);
  others_dropped_.fetch_add(count, std::memory_order_relaxed);
}

}  // namespace latchkey::trace
