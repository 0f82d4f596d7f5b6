// A run as one JSON object: what programs read. Not for reading it back.
#pragma once

#include "report/run_report.hpp"

#include <string>

namespace latchkey::bench::report {

// "schema" is "latchkey-load-report/1". Durations are seconds; a percentile of nothing is null.
std::string to_json(const run_report& run);

}  // namespace latchkey::bench::report
