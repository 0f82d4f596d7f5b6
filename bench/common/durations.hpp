// Durations as numbers, for reports and rates. Not for formatting them.
#pragma once

#include <chrono>
#include <ratio>

namespace latchkey::bench {

constexpr double in_seconds(std::chrono::duration<double> length) {
  return length.count();
}

constexpr double in_milliseconds(std::chrono::duration<double, std::milli> length) {
  return length.count();
}

}  // namespace latchkey::bench
