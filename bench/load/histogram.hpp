// A latency histogram with bounded memory and a relative error of at most 0.1 percent, in the
// classes of HdrHistogram (three digits, nanoseconds), so that its tools can read it. Only the
// maximum is exact.
#pragma once

#include <latchkey/core/time.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace latchkey::bench::load {

class histogram {
 public:
  // In HdrHistogram's words: highest trackable value, significant digits, and the two counts.
  static constexpr std::uint64_t highest_nanoseconds = 3'600'000'000'000;
  static constexpr int digits = 3;
  static constexpr unsigned buckets = 32;
  static constexpr unsigned sub_buckets = 2048;

  // Below zero counts as zero, above an hour as an hour.
  void add(core::steady_duration value);
  void add(const histogram& other);

  std::uint64_t count() const { return count_; }
  core::steady_duration max() const { return max_; }
  // The least duration that `share` (0 to 1) of all do not exceed, rounded up to the end of its
  // class, but not above the largest. Zero of none.
  core::steady_duration quantile(double share) const;
  // The share of all that are in classes which end by then. 0 of none.
  double share_up_to(double seconds) const;

  // The counts of all classes up to the last that has one. Of this object; valid until add().
  std::span<const std::uint64_t> classes() const { return classes_; }

 private:
  std::vector<std::uint64_t> classes_;  // as many as have been needed
  std::uint64_t count_ = 0;
  core::steady_duration max_{};
};

// The class that a value is counted in, and the least and the largest value of a class. Values are
// nanoseconds, at most histogram::highest_nanoseconds.
std::size_t class_of(std::uint64_t value);
std::uint64_t begin_of_class(std::size_t index);
std::uint64_t end_of_class(std::size_t index);

}  // namespace latchkey::bench::load
