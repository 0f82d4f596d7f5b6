// A run as one page that needs nothing else: curves and tables, to be read and printed. Not a page
// that changes.
#pragma once

#include "report/run_report.hpp"

#include <string>

namespace latchkey::bench::report {

std::string to_html(const run_report& run);

}  // namespace latchkey::bench::report
