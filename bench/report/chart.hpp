// Curves as inline SVG: over seconds, or over percentiles. Not for bars.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace latchkey::bench::report {

struct curve {
  std::string name;
  std::string look;  // a class of the page: "one", "two", "three", "bad", "faint"
  // Ascending in the first. Seconds, or shares of all (0 to 1).
  std::vector<std::pair<double, double>> points;
};

struct chart {
  enum class over { seconds, shares };
  enum class unit { duration, count };
  struct event {
    double at = 0;
    std::string what;
  };

  std::string title;
  over x = over::seconds;
  unit y = unit::count;
  bool logarithmic = false;  // of y; values of 0 are left out then
  std::vector<curve> curves;
  std::vector<event> events;  // as dashed lines with numbers, from 1
};

// A figure with its caption and legend. Nothing where there is no point to draw.
std::string svg_of(const chart& drawn);

}  // namespace latchkey::bench::report
