#include "client_faults/judge.hpp"

#include "load/histogram.hpp"

#include <algorithm>

namespace latchkey::bench::client_faults {

core::steady_duration max_tail(core::steady_duration alone) {
  return 2 * alone + noise;
}

core::steady_duration tail_of(std::span<const load::sample> samples) {
  load::histogram latencies;
  for (const auto& one : samples) {
    if (one.status != 0) latencies.add(one.latency());
  }
  return latencies.count() == 0 ? core::steady_duration::max() : latencies.quantile(0.99);
}

bool all_right(std::span<const load::sample> samples) {
  return !samples.empty() && std::all_of(samples.begin(), samples.end(),
                                         [](const auto& one) { return one.status == 200; });
}

bool own_hold(const own_figures& seen, const own_bounds& wanted, std::uint64_t waiting) {
  if (seen.connections == 0) return false;
  if (wanted.longest && seen.longest > *wanted.longest) return false;
  return !wanted.all_answered || seen.answered + waiting >= seen.connections;
}

}  // namespace latchkey::bench::client_faults
