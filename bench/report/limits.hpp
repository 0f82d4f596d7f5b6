// Conditions of --fail-if, such as "p99>5ms": parsed, and evaluated on a run. Not for which
// statuses are expected: that is part of the run.
#pragma once

#include "report/metrics.hpp"
#include "report/run_report.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::report {

// One of --fail-if.
struct limit {
  enum class comparison : std::uint8_t { more, at_least, less, at_most };

  std::string text;    // as it was given
  std::string metric;  // "p99", "errors", ...
  comparison is = comparison::more;
  double value = 0;  // in the metric's own unit: seconds, requests a second, a share, a count
};

// "metric>value", also >=, < and <=, spaces around the sign allowed. Durations take us, ms or s
// ("5ms"), shares a percent sign ("1%") or nothing (0.01). Throws std::invalid_argument that says
// what is wrong and which metrics there are.
limit parse_limit(std::string_view text);

// The same, of a figure beside that of another run: "p99>1.2x" is more than 1.2 times as much, and
// `times` tells. Without the x as parse_limit.
struct relative_limit {
  limit of;
  bool times = false;
};
relative_limit parse_relative_limit(std::string_view text);

// Whether the limit is crossed by a value, in the metric's unit, where it stands for so much.
bool crosses(double value, const limit& one, double bound);
// A value with its unit: "7.200 ms".
std::string figure_text(double value, std::string_view metric);

// What to say of every limit that was crossed: "p99>5ms: p99 was 7.200 ms". Empty: none was.
std::vector<std::string> crossed(const run_report& run, const std::vector<limit>& limits);

}  // namespace latchkey::bench::report
