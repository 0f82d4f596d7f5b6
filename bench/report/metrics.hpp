// The figures of a run by name ("p99"), for conditions such as --fail-if: of a run just measured
// and of a saved one. Not for the conditions: see limits.
#pragma once

#include "report/run_report.hpp"
#include "report/saved_run.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::report {

enum class metric_unit : std::uint8_t { seconds, count, share };

struct metric {
  std::string_view name;
  metric_unit in = metric_unit::count;
  double (*of_run)(const run_report&) = nullptr;
  double (*of_saved)(const saved_run&) = nullptr;
};

// Null for another name.
const metric* find_metric(std::string_view name);
std::vector<std::string> metric_names();

// That figure of a run, in the metric's own unit. Durations of no requests at all are infinite, so
// that a run without answers cannot keep a bound on its latency. Throws std::invalid_argument for
// another name.
double figure(const run_report& run, std::string_view name);
double figure(const saved_run& run, std::string_view name);

}  // namespace latchkey::bench::report
