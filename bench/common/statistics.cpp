#include "common/statistics.hpp"

#include <algorithm>
#include <cstddef>

namespace latchkey::bench {

spread spread_of(std::vector<double> figures) {
  if (figures.empty()) return {};
  std::sort(figures.begin(), figures.end());
  const auto middle = figures.size() / 2;
  const auto median =
      figures.size() % 2 == 1 ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2;
  return {median, figures.front(), figures.back()};
}

std::vector<double> ratios(std::span<const double> of, std::span<const double> to) {
  std::vector<double> made;
  for (std::size_t i = 0; i < std::min(of.size(), to.size()); ++i) {
    made.push_back(to[i] > 0 ? of[i] / to[i] : 0);
  }
  return made;
}

}  // namespace latchkey::bench
