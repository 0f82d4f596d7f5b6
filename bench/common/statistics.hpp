// Median, range and ratios of several rounds of a measurement. Not for measuring.
#pragma once

#include <span>
#include <vector>

namespace latchkey::bench {

// Median, minimum and maximum. All zero for no values.
struct spread {
  double median = 0;
  double min = 0;
  double max = 0;

  bool operator==(const spread&) const = default;
};

spread spread_of(std::vector<double> figures);

// Element by element, as many as both have; 0 where the divisor is not above 0.
std::vector<double> ratios(std::span<const double> of, std::span<const double> to);

}  // namespace latchkey::bench
