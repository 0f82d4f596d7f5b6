#include "report/over_time.hpp"

#include <utility>

namespace latchkey::bench::report {

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
