// Two saved runs side by side. Not for judging which is better: machines are noisy.
#pragma once

#include "report/saved_run.hpp"

#include <string>
#include <vector>

namespace latchkey::bench::report {

// What differs in how they were measured, a sentence each: such runs say little beside each other.
std::vector<std::string> unlike(const saved_run& a, const saved_run& b);

// A table of figures with the ratio B/A, and bars for each percentile. Lines of `width` at most but
// for names.
std::string versus_text(const saved_run& a, const saved_run& b, unsigned width = 80);

// The same as a page with curves.
std::string versus_html(const saved_run& a, const saved_run& b);

}  // namespace latchkey::bench::report
