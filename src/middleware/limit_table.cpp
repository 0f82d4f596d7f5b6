#include <latchkey/middleware/limit_table.hpp>

#include <bit>

namespace latchkey::middleware {
namespace {

// 203 days. A bucket that nobody has used since the clock wrapped is free: a time that lies further
// ahead than any bucket takes to fill is not one of today's.
constexpr unsigned time_bits = 44;
constexpr std::uint64_t time_mask = (std::uint64_t{1} << time_bits) - 1;

std::uint64_t tag_of(std::uint64_t word) {
  return word >> time_bits;
}

bucket_time time_of(std::uint64_t word, bucket_time now) {
  const auto time = word & time_mask;
  return time > now + static_cast<bucket_time>(longest_span.count()) ? 0 : time;
}

}  // namespace

limit_table::limit_table(std::size_t keys)
    : sets_{std::bit_ceil((keys + places - 1) / places)}, table_{std::make_unique<set[]>(sets_)} {}

bucket_verdict limit_table::take(std::uint64_t hash, const bucket_rule& rule, bucket_time now) {
  now &= time_mask;
  const auto tag = hash >> time_bits;
  auto& words = table_[hash & (sets_ - 1)].words;
  // Whenever a round has to be repeated another thread has come through.
  for (;;) {
    std::atomic<std::uint64_t>* place = nullptr;
    std::uint64_t seen = 0;
    bucket_time least = 0;
    bool known = false;
    for (auto& one : words) {
      const auto word = one.load(std::memory_order_relaxed);
      known = word != 0 && tag_of(word) == tag;
      const auto time = time_of(word, now);
      if (!known && place != nullptr && time >= least) continue;
      place = &one;
      seen = word;
      least = time;
      if (known) break;
    }
    auto verdict = take_token(rule, known ? least : 0, now);
    if (!verdict.passes) return verdict;
    const auto wanted = tag << time_bits | (verdict.full_at & time_mask);
    if (place->compare_exchange_weak(seen, wanted, std::memory_order_relaxed)) return verdict;
  }
}

void limit_table::give_back(std::uint64_t hash, const bucket_rule& rule, bucket_time now) {
  now &= time_mask;
  const auto tag = hash >> time_bits;
  for (auto& one : table_[hash & (sets_ - 1)].words) {
    auto word = one.load(std::memory_order_relaxed);
    while (word != 0 && tag_of(word) == tag) {
      const auto time = time_of(word, now);
      if (time < rule.interval) return;
      const auto wanted = tag << time_bits | ((time - rule.interval) & time_mask);
      if (one.compare_exchange_weak(word, wanted, std::memory_order_relaxed)) return;
    }
  }
}

}  // namespace latchkey::middleware
