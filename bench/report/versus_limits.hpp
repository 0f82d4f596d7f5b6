// Conditions of `report --fail-if`, evaluated on two saved runs. Not for parsing them: see limits.
#pragma once

#include "report/limits.hpp"
#include "report/saved_run.hpp"

#include <string>
#include <vector>

namespace latchkey::bench::report {

// What to say of every limit that B crosses: those with an x by so many times A's figure. B
// without any answer crosses each upper bound of its latency.
std::vector<std::string> crossed(const saved_run& a, const saved_run& b,
                                 const std::vector<relative_limit>& limits);

}  // namespace latchkey::bench::report
