// What several rounds of a measurement come to. Not for measuring.
#pragma once

#include <span>
#include <vector>

namespace latchkey::bench {

// The middle of a row of figures and how far it reaches. All zero of an empty row.
struct spread {
  double median = 0;
  double min = 0;
  double max = 0;

  bool operator==(const spread&) const = default;
};

spread spread_of(std::vector<double> figures);

// Figure by figure, for as many as both rows have; 0 where there is nothing to divide by.
std::vector<double> ratios(std::span<const double> of, std::span<const double> to);

}  // namespace latchkey::bench
