#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace latchkey::bench::load {
namespace {

// Microseconds. Each doubling has so many classes: the width is less than 1/128 of the value.
constexpr unsigned bits = 7;
constexpr std::uint64_t per_doubling = std::uint64_t{1} << bits;
constexpr std::uint64_t highest = 3'600'000'000;

// Below two doublings each value is a class of its own.
constexpr std::size_t class_of(std::uint64_t value) {
  if (value < 2 * per_doubling) return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - bits - 1;
  return shift * per_doubling + (value >> shift);
}

// The largest value of a class.
constexpr std::uint64_t end_of(std::size_t index) {
  if (index < 2 * per_doubling) return index;
  const auto shift = index / per_doubling - 1;
  return ((index - shift * per_doubling + 1) << shift) - 1;
}

static_assert(class_of(end_of(700)) == 700 && class_of(end_of(700) + 1) == 701);
static_assert(class_of(end_of(255)) == 255 && class_of(256) == 256);

}  // namespace

histogram::histogram() : classes_(class_of(highest) + 1) {}

void histogram::add(core::steady_duration value) {
  using std::chrono::microseconds;
  const auto held = std::clamp(std::chrono::duration_cast<microseconds>(value), microseconds{0},
                               microseconds{highest});
  ++classes_[class_of(static_cast<std::uint64_t>(held.count()))];
  ++count_;
  most_ = std::max<core::steady_duration>(most_, held);
}

void histogram::add(const histogram& other) {
  for (std::size_t i = 0; i < classes_.size(); ++i) classes_[i] += other.classes_[i];
  count_ += other.count_;
  most_ = std::max(most_, other.most_);
}

double histogram::share_up_to(double seconds) const {
  if (count_ == 0) return 0;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (static_cast<double>(end_of(i)) > seconds * 1e6) break;
    seen += classes_[i];
  }
  return static_cast<double>(seen) / static_cast<double>(count_);
}

core::steady_duration histogram::quantile(double share) const {
  const auto rank = std::max(1.0, std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    seen += classes_[i];
    if (seen == 0 || static_cast<double>(seen) < rank) continue;
    return std::min<core::steady_duration>(std::chrono::microseconds{end_of(i)}, most_);
  }
  return most_;
}

}  // namespace latchkey::bench::load
