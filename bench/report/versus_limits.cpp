#include "report/versus_limits.hpp"

#include <fmt/format.h>

#include <cmath>

namespace latchkey::bench::report {
namespace {

bool is_upper_bound(const limit& one) {
  return one.is == limit::comparison::more || one.is == limit::comparison::at_least;
}

}  // namespace

std::vector<std::string> crossed(const saved_run& a, const saved_run& b,
                                 const std::vector<relative_limit>& limits) {
  std::vector<std::string> all;
  for (const auto& [of, times] : limits) {
    const auto in_a = figure(a, of.metric);
    const auto in_b = figure(b, of.metric);
    const bool endless = std::isinf(in_b) && is_upper_bound(of);
    if (!endless && !crosses(in_b, of, times ? of.value * in_a : of.value)) continue;
    auto text = fmt::format("{}: {} of B was {}", of.text, of.metric, figure_text(in_b, of.metric));
    if (times) text += fmt::format(", of A {}", figure_text(in_a, of.metric));
    all.push_back(std::move(text));
  }
  return all;
}

}  // namespace latchkey::bench::report
