// A comparison as Markdown tables, for a document. Not for judging it.
#pragma once

#include "compare/figures.hpp"

#include <string>

namespace latchkey::bench::compare {

std::string markdown_of(const comparison& made);

}  // namespace latchkey::bench::compare
