// A run as one self-contained HTML page: curves and tables, for screen and print. Static: no
// script.
#pragma once

#include "report/run_report.hpp"

#include <string>

namespace latchkey::bench::report {

std::string to_html(const run_report& run);

}  // namespace latchkey::bench::report
