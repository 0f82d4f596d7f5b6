// The percentiles that every form of the report shows, and the curve through all of them. Not for
// counting.
#pragma once

#include "load/histogram.hpp"

#include <array>
#include <utility>
#include <vector>

namespace latchkey::bench::report {

struct percentile {
  const char* title;  // "99.9%"
  const char* name;   // "p99_9", in JSON
  double share;
};

inline constexpr std::array<percentile, 7> percentiles{{{"50%", "p50", 0.5},
                                                        {"90%", "p90", 0.9},
                                                        {"95%", "p95", 0.95},
                                                        {"99%", "p99", 0.99},
                                                        {"99.9%", "p99_9", 0.999},
                                                        {"99.99%", "p99_99", 0.9999},
                                                        {"max", "max", 1}}};

// Shares and the seconds that they do not exceed, ever closer to 1 as far as there are answers to
// tell them apart; the last is 1 itself. Empty of none.
std::vector<std::pair<double, double>> curve_of(const load::histogram& of);

}  // namespace latchkey::bench::report
