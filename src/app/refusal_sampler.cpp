#include <latchkey/app/refusal_sampler.hpp>
#include <latchkey/core/client_network.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace latchkey::app {

refusal_sampler::~refusal_sampler() {
  for (auto& one : counts_) delete one.load(std::memory_order_relaxed);
}

bool refusal_sampler::admits(const http::exchange& ended) {
  const auto reason = refusal_reason(ended);
  return reason.empty() || admits(reason, ended.client, ended.at);
}

bool refusal_sampler::admits(std::string_view reason, std::string_view client, core::wall_time at) {
  if (!enabled_.load(std::memory_order_relaxed)) return true;
  const auto second = static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count());
  auto text = core::client_key(client);
  text += '\n';
  text += reason;
  if (is_first(core::siphash_1_3(key_, text), second)) return true;
  count(reason);
  return false;
}

// Where all places have been taken in this second, the line is left out: others may be told of
// more than once, but of no second there are more lines than places.
bool refusal_sampler::is_first(std::uint64_t hash, std::uint32_t second) {
  constexpr std::uint64_t upper = ~std::uint64_t{0} << 32U;
  const auto wanted = (hash & upper) | second;
  const auto begin = (hash % (most_lines / places)) * places;
  for (;;) {
    std::atomic<std::uint64_t>* free = nullptr;
    std::uint64_t old = 0;
    for (auto i = begin; i < begin + places; ++i) {
      const auto word = seen_.at(i).load(std::memory_order_relaxed);
      if (word == wanted) return false;
      if (free != nullptr || static_cast<std::uint32_t>(word) == second) continue;
      free = &seen_.at(i);
      old = word;
    }
    if (free == nullptr) return false;
    if (free->compare_exchange_weak(old, wanted, std::memory_order_relaxed)) return true;
  }
}

void refusal_sampler::count(std::string_view reason) {
  for (auto& place : counts_) {
    auto* one = place.load(std::memory_order_acquire);
    if (one == nullptr) {
      auto made = std::make_unique<counted>();
      made->reason = reason;
      if (place.compare_exchange_strong(one, made.get(), std::memory_order_acq_rel)) {
        one = made.release();
      }
    }
    if (one->reason == reason) {
      one->count.fetch_add(1, std::memory_order_relaxed);
      return;
    }
  }
  others_.fetch_add(1, std::memory_order_relaxed);
}

std::vector<unlogged_refusals> refusal_sampler::totals() const {
  std::vector<unlogged_refusals> all;
  for (const auto& place : counts_) {
    const auto* const one = place.load(std::memory_order_acquire);
    if (one == nullptr) break;
    all.push_back({one->reason, one->count.load(std::memory_order_relaxed)});
  }
  if (const auto rest = others_.load(std::memory_order_relaxed)) all.push_back({"other", rest});
  return all;
}

std::string_view refusal_reason(const http::exchange& ended) {
  constexpr unsigned client_gone = 499;
  if (ended.status < 400 || ended.status >= client_gone) return {};
  return ended.reason;
}

std::vector<unlogged_refusals> take_news(std::vector<unlogged_refusals>& before,
                                         std::vector<unlogged_refusals> now) {
  std::vector<unlogged_refusals> news;
  for (const auto& one : now) {
    const auto same = [&one](const unlogged_refusals& old) { return old.reason == one.reason; };
    const auto old = std::find_if(before.begin(), before.end(), same);
    const auto more = one.count - (old == before.end() ? 0 : old->count);
    if (more != 0) news.push_back({one.reason, more});
  }
  before = std::move(now);
  return news;
}

}  // namespace latchkey::app
