// Sums the counts of all workers, in total and for each step of the time axis. Not thread-safe.
#pragma once

#include "report/run_report.hpp"
#include "run/tally.hpp"
#include "run/workload.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

namespace latchkey::bench::run {

class collector {
 public:
  // `step` in seconds.
  collector(const workload& what, unsigned workers, double step);

  // A worker's tally of a step. Gives the moment once every worker has handed in that step.
  std::optional<report::moment> add(std::size_t step, const tally& part);
  const tally& total() const { return total_; }

  // Puts all counts into the report: of steps that not all workers came to, what there is.
  void fill(report::run_report& into, double seconds) const;

 private:
  struct pending {
    tally counted;
    unsigned parts = 0;
  };
  report::moment moment_of(std::size_t step, const tally& counted) const;

  const workload& what_;
  unsigned workers_;
  double step_;
  tally total_;
  std::map<std::size_t, pending> pending_;
  std::vector<report::moment> timeline_;
};

// A round length for the steps of a run of so many seconds: about a hundred of them, none shorter
// than a tenth of a second.
double step_of(double seconds);

}  // namespace latchkey::bench::run
