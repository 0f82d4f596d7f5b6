#include "report/curves.hpp"

#include "common/durations.hpp"

#include <chrono>
#include <cmath>
#include <utility>

namespace latchkey::bench::report {

std::vector<std::pair<double, double>> curve_of(const load::histogram& of) {
  if (of.count() == 0) return {};
  constexpr double to_each_tenth = 12;
  const auto seconds = [&of](double share) { return in_seconds(of.quantile(share)); };
  std::vector<std::pair<double, double>> all;
  const auto nines = std::log10(static_cast<double>(of.count()));
  for (double at = 0; at < nines; at += 1 / to_each_tenth) {
    const auto share = 1 - std::pow(10, -at);
    all.emplace_back(share, seconds(share));
  }
  all.emplace_back(1, seconds(1));
  return all;
}

curve over_time(const std::vector<moment>& timeline, std::string name, std::string look,
                const std::function<double(const moment&)>& figure) {
  curve made{std::move(name), std::move(look), {}};
  for (const auto& one : timeline) {
    if (one.length < timeline.front().length / 2) continue;
    made.points.emplace_back(one.at + one.length / 2, figure(one));
  }
  return made;
}

double rate_of(const moment& one) {
  return static_cast<double>(one.answered) / one.length;
}

}  // namespace latchkey::bench::report
