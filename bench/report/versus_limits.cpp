#include "report/versus_limits.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

namespace latchkey::bench::report {
namespace {

double count(std::uint64_t of) {
  return static_cast<double>(of);
}

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : count(part) / count(whole);
}

double or_endless(std::optional<double> seconds) {
  return seconds.value_or(std::numeric_limits<double>::infinity());
}

// In the order of `percentiles`.
constexpr std::array<std::string_view, percentiles.size()> of_latency{
    "p50", "p90", "p95", "p99", "p99.9", "p99.99", "max"};

struct metric {
  std::string_view name;
  double (*of)(const saved_run&);
};

constexpr std::array others{
    metric{"service_p50", [](const saved_run& run) { return or_endless(run.service_p50); }},
    metric{"service_p99", [](const saved_run& run) { return or_endless(run.service_p99); }},
    metric{"tls_p99", [](const saved_run& run) { return or_endless(run.tls_p99); }},
    metric{"throughput", [](const saved_run& run) { return run.throughput; }},
    metric{"answered", [](const saved_run& run) { return count(run.answered); }},
    metric{"errors", [](const saved_run& run) { return count(run.errors); }},
    metric{"error_rate", [](const saved_run& run) { return share(run.errors, run.sent); }},
    metric{"wrong", [](const saved_run& run) { return count(run.wrong); }},
    metric{"wrong_rate", [](const saved_run& run) { return share(run.wrong, run.sent); }},
    metric{"late", [](const saved_run& run) { return count(run.late); }},
    metric{"dropped", [](const saved_run& run) { return count(run.dropped); }},
    metric{"repeated", [](const saved_run& run) { return count(run.repeated); }},
};

bool is_upper_bound(const limit& one) {
  return one.is == limit::comparison::more || one.is == limit::comparison::at_least;
}

}  // namespace

double figure(const saved_run& run, std::string_view name) {
  for (std::size_t i = 0; i < of_latency.size(); ++i) {
    if (of_latency.at(i) == name) return or_endless(run.latency.at(i));
  }
  for (const auto& one : others) {
    if (one.name == name) return one.of(run);
  }
  throw std::invalid_argument{"no metric " + std::string{name}};
}

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
