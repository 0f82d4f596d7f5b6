#include "report/limits.hpp"

#include <latchkey/http/fields.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cmath>
#include <stdexcept>

namespace latchkey::bench::report {
namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw std::invalid_argument{fmt::format("\"{}\": {}", text, why)};
}

// The value in the metric's own unit.
double value_of(std::string_view whole, std::string_view text, metric_unit in) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || !std::isfinite(value) || value < 0) {
    refuse(whole, "expected a number behind the sign, as p99>5ms");
  }
  const std::string_view rest{read.ptr, end};
  switch (in) {
    case metric_unit::seconds:
      if (rest == "us") return value * 1e-6;
      if (rest == "ms") return value * 1e-3;
      if (rest == "s") return value;
      refuse(whole, "a duration needs us, ms or s, as p99>5ms");
    case metric_unit::share:
      if (rest == "%") return value / 100;
      break;
    case metric_unit::count:
      break;
  }
  if (!rest.empty()) refuse(whole, fmt::format("\"{}\" is not expected there", rest));
  return value;
}

std::string text_of(double value, metric_unit in) {
  if (std::isinf(value)) return "of no answers at all";
  switch (in) {
    case metric_unit::seconds:
      return fmt::format("{:.3f} ms", value * 1e3);
    case metric_unit::share:
      return fmt::format("{:.3f}%", value * 100);
    case metric_unit::count:
      break;
  }
  return fmt::format("{:.0f}", value);
}

// Everything but the value, whose text is given, too.
limit parse_condition(std::string_view text, std::string_view& value) {
  const auto sign = text.find_first_of("<>");
  if (sign == text.npos) refuse(text, "expected a metric, <, <=, > or >=, and a value, as p99>5ms");
  const bool equal = sign + 1 < text.size() && text[sign + 1] == '=';
  limit made;
  made.text = text;
  made.metric = http::trim(text.substr(0, sign));
  if (find_metric(made.metric) == nullptr) {
    refuse(text, fmt::format("there is no metric \"{}\"; there are {}", made.metric,
                             fmt::join(metric_names(), ", ")));
  }
  if (text[sign] == '>') {
    made.is = equal ? limit::comparison::at_least : limit::comparison::more;
  } else {
    made.is = equal ? limit::comparison::at_most : limit::comparison::less;
  }
  value = http::trim(text.substr(sign + (equal ? 2 : 1)));
  return made;
}

}  // namespace

bool crosses(double value, const limit& one, double bound) {
  switch (one.is) {
    case limit::comparison::more:
      return value > bound;
    case limit::comparison::at_least:
      return value >= bound;
    case limit::comparison::less:
      return value < bound;
    case limit::comparison::at_most:
      return value <= bound;
  }
  return true;
}

std::string figure_text(double value, std::string_view metric) {
  const auto* found = find_metric(metric);
  return text_of(value, found == nullptr ? metric_unit::count : found->in);
}

limit parse_limit(std::string_view text) {
  std::string_view value;
  auto made = parse_condition(text, value);
  made.value = value_of(text, value, find_metric(made.metric)->in);
  return made;
}

relative_limit parse_relative_limit(std::string_view text) {
  std::string_view value;
  relative_limit made{parse_condition(text, value), value.ends_with('x')};
  if (made.times) value.remove_suffix(1);
  made.of.value =
      value_of(text, value, made.times ? metric_unit::count : find_metric(made.of.metric)->in);
  return made;
}

std::vector<std::string> crossed(const run_report& run, const std::vector<limit>& limits) {
  std::vector<std::string> all;
  for (const auto& one : limits) {
    const auto value = figure(run, one.metric);
    if (!crosses(value, one, one.value)) continue;
    all.push_back(
        fmt::format("{}: {} was {}", one.text, one.metric, figure_text(value, one.metric)));
  }
  return all;
}

}  // namespace latchkey::bench::report
