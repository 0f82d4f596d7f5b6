// A comparison as one self-contained HTML page: bars and tables, for screen and print. Static: no
// script.
#pragma once

#include "compare/figures.hpp"

#include <string>

namespace latchkey::bench::compare {

std::string html_of(const comparison& made);

}  // namespace latchkey::bench::compare
