// A run as plain text, shown at its end. Not for programs: see json_report.
#pragma once

#include "report/run_report.hpp"

#include <string>

namespace latchkey::bench::report {

// Several lines of ASCII, none longer than `width` but for URLs.
std::string summary(const run_report& run, unsigned width = 80);

// With a fitting unit: "12.3 us", "4.56 ms", "1.23 s".
std::string duration_text(double seconds);
// The same of a quantile; "-" of an empty histogram.
std::string quantile_text(const load::histogram& of, double share);

}  // namespace latchkey::bench::report
