// The percentiles that every form of the report shows, the curve through all of them, and curves
// over the time of a run. Not for counting, nor for drawing.
#pragma once

#include "load/histogram.hpp"
#include "report/chart.hpp"
#include "report/run_report.hpp"

#include <array>
#include <functional>
#include <string>
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

// Through the middles of the steps; without a last one that was cut off early, whose rates say
// nothing.
curve over_time(const std::vector<moment>& timeline, std::string name, std::string look,
                const std::function<double(const moment&)>& figure);

// Answers a second in that step.
double rate_of(const moment& one);

}  // namespace latchkey::bench::report
