#include "run/collector.hpp"

#include "common/durations.hpp"

#include <algorithm>
#include <array>

namespace latchkey::bench::run {
namespace {}  // namespace

double step_of(double seconds) {
  constexpr std::array rounds{0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0};
  constexpr double steps = 120;
  const auto fits = [seconds](double one) { return seconds / one <= steps; };
  const auto* found = std::find_if(rounds.begin(), rounds.end(), fits);
  return found == rounds.end() ? rounds.back() : *found;
}

collector::collector(const workload& what, unsigned workers, double step)
    : what_{what}, workers_{workers}, step_{step} {}

report::moment collector::moment_of(std::size_t step, const tally& counted) const {
  report::moment made;
  made.at = static_cast<double>(step) * step_;
  made.length = step_;
  made.answered = counted.answered;
  made.wrong = counted.wrong;
  made.refused = counted.refused;
  made.errors = counted.errors;
  made.p50 = in_seconds(counted.latency.quantile(0.5));
  made.p99 = in_seconds(counted.latency.quantile(0.99));
  made.max = in_seconds(counted.latency.max());
  return made;
}

std::optional<report::moment> collector::add(std::size_t step, const tally& part) {
  total_.add(part);
  auto& one = pending_[step];
  one.counted.add(part);
  if (++one.parts < workers_) return std::nullopt;
  const auto made = moment_of(step, one.counted);
  timeline_.push_back(made);
  pending_.erase(step);
  return made;
}

void collector::fill(report::run_report& into, double seconds) const {
  static_cast<report::load_counts&>(into) = total_;
  for (std::size_t i = 0; i < what_.kinds.size(); ++i) {
    report::kind_count one{what_.kinds[i].name, what_.kinds[i].expect.text(), 0, 0, {}};
    if (i < total_.kinds.size()) {
      one.sent = total_.kinds[i].sent;
      one.right = total_.kinds[i].right;
      one.wrong = total_.kinds[i].wrong;
    }
    into.kinds.push_back(std::move(one));
  }
  into.timeline = timeline_;
  for (const auto& [step, one] : pending_) into.timeline.push_back(moment_of(step, one.counted));
  std::sort(into.timeline.begin(), into.timeline.end(),
            [](const auto& a, const auto& b) { return a.at < b.at; });
  // The last step was cut off where the run ended.
  while (!into.timeline.empty() && into.timeline.back().at >= seconds &&
         into.timeline.back().answered + into.timeline.back().errors == 0) {
    into.timeline.pop_back();
  }
  if (!into.timeline.empty()) {
    auto& last = into.timeline.back();
    last.length = std::clamp(seconds - last.at, 1e-3, last.length);
  }
}

}  // namespace latchkey::bench::run
