#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace latchkey::bench::load {
namespace {

// Below this each value is a class of its own; each doubling above it has half as many classes.
constexpr std::uint64_t exact_values = histogram::sub_buckets;
constexpr std::uint64_t half = exact_values / 2;
constexpr int exact_bits = static_cast<int>(std::bit_width(exact_values - 1));

constexpr unsigned shift_of(std::uint64_t value) {
  return static_cast<unsigned>(std::max(static_cast<int>(std::bit_width(value)) - exact_bits, 0));
}

constexpr unsigned shift_of_class(std::size_t index) {
  return index < exact_values ? 0 : static_cast<unsigned>(index / half - 1);
}

static_assert(half << histogram::buckets > histogram::highest_nanoseconds);

}  // namespace

std::size_t class_of(std::uint64_t value) {
  const auto shift = shift_of(value);
  return shift * half + (value >> shift);
}

std::uint64_t begin_of_class(std::size_t index) {
  const auto shift = shift_of_class(index);
  return (index - shift * half) << shift;
}

std::uint64_t end_of_class(std::size_t index) {
  const auto shift = shift_of_class(index);
  return ((index - shift * half + 1) << shift) - 1;
}

void histogram::add(core::steady_duration value) {
  const core::steady_duration highest{std::chrono::nanoseconds{highest_nanoseconds}};
  const auto held = std::clamp(value, core::steady_duration{}, highest);
  const auto nanoseconds = std::chrono::nanoseconds{held}.count();
  const auto index = class_of(static_cast<std::uint64_t>(nanoseconds));
  if (index >= classes_.size()) classes_.resize(index + 1);
  ++classes_[index];
  ++count_;
  max_ = std::max(max_, held);
}

void histogram::add(const histogram& other) {
  if (other.classes_.size() > classes_.size()) classes_.resize(other.classes_.size());
  for (std::size_t i = 0; i < other.classes_.size(); ++i) classes_[i] += other.classes_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

double histogram::share_up_to(double seconds) const {
  if (count_ == 0) return 0;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < classes_.size(); ++i) {
    if (static_cast<double>(end_of_class(i)) > seconds * 1e9) break;
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
    return std::min<core::steady_duration>(std::chrono::nanoseconds{end_of_class(i)}, max_);
  }
  return max_;
}

}  // namespace latchkey::bench::load
