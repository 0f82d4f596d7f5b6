#include "compare/figures.hpp"

#include "common/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace latchkey::bench::compare {
namespace {

constexpr double share_of_peak = 0.7;

}  // namespace

std::string shown(double value, const unit& in) {
  const auto scaled = value * in.factor;
  return in.decimals == 0 ? grouped(scaled) : decimals(scaled, in.decimals);
}

std::string with_unit(std::string_view title, const unit& in) {
  return in.name.empty() ? std::string{title} : fmt::format("{}, {}", title, in.name);
}

double shared_rate(const std::vector<double>& peak, const std::vector<double>& other_peak) {
  return share_of_peak * std::min(spread_of(peak).median, spread_of(other_peak).median);
}

std::optional<double> ratio(const std::vector<double>& of, const std::vector<double>& to) {
  const auto below = spread_of(to).median;
  if (of.empty() || below <= 0) return std::nullopt;
  return spread_of(of).median / below;
}

}  // namespace latchkey::bench::compare
