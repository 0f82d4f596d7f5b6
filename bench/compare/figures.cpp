#include "compare/figures.hpp"

#include <algorithm>

namespace latchkey::bench::compare {
namespace {

constexpr double share_of_peak = 0.7;

}  // namespace

double shared_rate(const std::vector<double>& peak, const std::vector<double>& other_peak) {
  return share_of_peak * std::min(spread_of(peak).median, spread_of(other_peak).median);
}

std::optional<double> ratio(const std::vector<double>& of, const std::vector<double>& to) {
  const auto below = spread_of(to).median;
  if (of.empty() || below <= 0) return std::nullopt;
  return spread_of(of).median / below;
}

}  // namespace latchkey::bench::compare
