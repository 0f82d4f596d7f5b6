#include "report/limits.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace latchkey::bench::report {
namespace {

enum class unit : std::uint8_t { seconds, count, share };

struct metric {
  std::string_view name;
  unit in;
  double (*of)(const run_report&);
};

double quantile(const load::histogram& of, double share) {
  if (of.count() == 0) return std::numeric_limits<double>::infinity();
  return std::chrono::duration<double>(of.quantile(share)).count();
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

constexpr std::array metrics{
    metric{"p50", unit::seconds, [](const run_report& run) { return quantile(run.latency, 0.5); }},
    metric{"p90", unit::seconds, [](const run_report& run) { return quantile(run.latency, 0.9); }},
    metric{"p95", unit::seconds, [](const run_report& run) { return quantile(run.latency, 0.95); }},
    metric{"p99", unit::seconds, [](const run_report& run) { return quantile(run.latency, 0.99); }},
    metric{"p99.9", unit::seconds,
           [](const run_report& run) { return quantile(run.latency, 0.999); }},
    metric{"p99.99", unit::seconds,
           [](const run_report& run) { return quantile(run.latency, 0.9999); }},
    metric{"max", unit::seconds, [](const run_report& run) { return quantile(run.latency, 1); }},
    metric{"service_p50", unit::seconds,
           [](const run_report& run) { return quantile(run.service, 0.5); }},
    metric{"service_p99", unit::seconds,
           [](const run_report& run) { return quantile(run.service, 0.99); }},
    metric{"tls_p99", unit::seconds, [](const run_report& run) { return quantile(run.tls, 0.99); }},
    metric{"throughput", unit::count, [](const run_report& run) { return run.throughput(); }},
    metric{"answered", unit::count,
           [](const run_report& run) { return static_cast<double>(run.answered); }},
    metric{"errors", unit::count,
           [](const run_report& run) { return static_cast<double>(run.errors); }},
    metric{"error_rate", unit::share,
           [](const run_report& run) { return share_of(run.errors, run.sent); }},
    metric{"wrong", unit::count,
           [](const run_report& run) { return static_cast<double>(run.wrong); }},
    metric{"wrong_rate", unit::share,
           [](const run_report& run) { return share_of(run.wrong, run.sent); }},
    metric{"late", unit::count,
           [](const run_report& run) { return static_cast<double>(run.late); }},
    metric{"dropped", unit::count,
           [](const run_report& run) { return static_cast<double>(run.dropped); }},
    metric{"repeated", unit::count,
           [](const run_report& run) { return static_cast<double>(run.repeated); }},
};

const metric* find(std::string_view name) {
  const auto* found = std::find_if(metrics.begin(), metrics.end(),
                                   [name](const metric& one) { return one.name == name; });
  return found == metrics.end() ? nullptr : found;
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw std::invalid_argument{fmt::format("\"{}\": {}", text, why)};
}

// The value in the metric's own unit.
double value_of(std::string_view whole, std::string_view text, unit in) {
  double value = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc{} || !std::isfinite(value) || value < 0) {
    refuse(whole, "expected a number behind the sign, as p99>5ms");
  }
  const std::string_view rest{read.ptr, end};
  switch (in) {
    case unit::seconds:
      if (rest == "us") return value * 1e-6;
      if (rest == "ms") return value * 1e-3;
      if (rest == "s") return value;
      refuse(whole, "a duration needs us, ms or s, as p99>5ms");
    case unit::share:
      if (rest == "%") return value / 100;
      break;
    case unit::count:
      break;
  }
  if (!rest.empty()) refuse(whole, fmt::format("\"{}\" is not expected there", rest));
  return value;
}

std::string text_of(double value, unit in) {
  if (std::isinf(value)) return "of no answers at all";
  switch (in) {
    case unit::seconds:
      return fmt::format("{:.3f} ms", value * 1e3);
    case unit::share:
      return fmt::format("{:.3f}%", value * 100);
    case unit::count:
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
  made.metric = trim(text.substr(0, sign));
  if (find(made.metric) == nullptr) {
    refuse(text, fmt::format("there is no metric \"{}\"; there are {}", made.metric,
                             fmt::join(metric_names(), ", ")));
  }
  if (text[sign] == '>') {
    made.is = equal ? limit::comparison::at_least : limit::comparison::more;
  } else {
    made.is = equal ? limit::comparison::at_most : limit::comparison::less;
  }
  value = trim(text.substr(sign + (equal ? 2 : 1)));
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
  const auto* found = find(metric);
  return text_of(value, found == nullptr ? unit::count : found->in);
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const auto& one : metrics) names.emplace_back(one.name);
  return names;
}

limit parse_limit(std::string_view text) {
  std::string_view value;
  auto made = parse_condition(text, value);
  made.value = value_of(text, value, find(made.metric)->in);
  return made;
}

relative_limit parse_relative_limit(std::string_view text) {
  std::string_view value;
  relative_limit made{parse_condition(text, value), value.ends_with('x')};
  if (made.times) value.remove_suffix(1);
  made.of.value = value_of(text, value, made.times ? unit::count : find(made.of.metric)->in);
  return made;
}

double figure(const run_report& run, std::string_view name) {
  const auto* found = find(name);
  if (found == nullptr) throw std::invalid_argument{"no metric " + std::string{name}};
  return found->of(run);
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
