// A run as one JSON object, for programs. Not for reading it back: see saved_run.
#pragma once

#include "report/run_report.hpp"

#include <string>
#include <string_view>

namespace latchkey::bench::report {

// What "schema" says. The schema itself is docs/load-report.schema.json.
inline constexpr std::string_view schema_name = "latchkey-load-report/1";

// Durations are seconds; a percentile of nothing is null.
std::string to_json(const run_report& run);

}  // namespace latchkey::bench::report
