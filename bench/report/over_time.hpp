// A figure of each step of a run's time axis, as a curve. Not for the axis itself.
#pragma once

#include "report/chart.hpp"
#include "report/run_report.hpp"

#include <functional>
#include <string>
#include <vector>

namespace latchkey::bench::report {

// Through the middles of the steps; without a last one that was cut off early, whose rates say
// nothing.
curve over_time(const std::vector<moment>& timeline, std::string name, std::string look,
                const std::function<double(const moment&)>& figure);

// Answers a second in that step.
double rate_of(const moment& one);

}  // namespace latchkey::bench::report
