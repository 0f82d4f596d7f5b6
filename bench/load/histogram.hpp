// Durations in classes whose width grows with them: a fixed, small memory for any number of them,
// each known to within one percent. Not for exact values, but for the largest.
#pragma once

#include <latchkey/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace latchkey::bench::load {

class histogram {
 public:
  histogram();

  // Below zero counts as zero, above an hour as an hour.
  void add(core::steady_duration value);
  void add(const histogram& other);

  std::uint64_t count() const { return count_; }
  core::steady_duration most() const { return most_; }
  // The least duration that `share` (0 to 1) of all do not exceed, rounded up to the end of its
  // class, but not above the largest. Zero of none.
  core::steady_duration quantile(double share) const;
  // The share of all that are in classes which end by then. 0 of none.
  double share_up_to(double seconds) const;

 private:
  std::vector<std::uint64_t> classes_;
  std::uint64_t count_ = 0;
  core::steady_duration most_{};
};

}  // namespace latchkey::bench::load
