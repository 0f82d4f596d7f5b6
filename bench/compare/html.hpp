// A comparison as one page that needs nothing else: bars and tables, to be read and printed. Not a
// page that changes.
#pragma once

#include "compare/figures.hpp"

#include <string>

namespace latchkey::bench::compare {

std::string html_of(const comparison& made);

}  // namespace latchkey::bench::compare
