#include "report/metrics.hpp"

#include "common/durations.hpp"
#include "report/curves.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <stdexcept>

namespace latchkey::bench::report {
namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

double seconds_of(const load::histogram& of, double share) {
  return of.count() == 0 ? infinite : in_seconds(of.quantile(share));
}

// The same figure of both kinds of run.
double latency_of(const run_report& run, std::size_t index) {
  return seconds_of(run.latency, percentiles[index].share);
}
double latency_of(const saved_run& run, std::size_t index) {
  return run.latency[index].value_or(infinite);
}
double service_p50(const run_report& run) {
  return seconds_of(run.service, 0.5);
}
double service_p50(const saved_run& run) {
  return run.service_p50.value_or(infinite);
}
double service_p99(const run_report& run) {
  return seconds_of(run.service, 0.99);
}
double service_p99(const saved_run& run) {
  return run.service_p99.value_or(infinite);
}
double tls_p99(const run_report& run) {
  return seconds_of(run.tls, 0.99);
}
double tls_p99(const saved_run& run) {
  return run.tls_p99.value_or(infinite);
}
double throughput(const run_report& run) {
  return run.throughput();
}
double throughput(const saved_run& run) {
  return run.throughput;
}

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// `of` takes both kinds.
template <class Of>
constexpr metric row(std::string_view name, metric_unit in, Of of) {
  return {name, in, of, of};
}

template <std::size_t Index>
constexpr metric latency(std::string_view name) {
  return row(name, metric_unit::seconds, [](const auto& run) { return latency_of(run, Index); });
}

template <std::uint64_t load_totals::* Member>
constexpr metric count(std::string_view name) {
  return row(name, metric_unit::count,
             [](const auto& run) { return static_cast<double>(run.*Member); });
}

template <std::uint64_t load_totals::* Member>
constexpr metric share(std::string_view name) {
  return row(name, metric_unit::share,
             [](const auto& run) { return share_of(run.*Member, run.sent); });
}

constexpr std::array metrics{
    latency<0>("p50"),
    latency<1>("p90"),
    latency<2>("p95"),
    latency<3>("p99"),
    latency<4>("p99.9"),
    latency<5>("p99.99"),
    latency<6>("max"),
    row("service_p50", metric_unit::seconds, [](const auto& run) { return service_p50(run); }),
    row("service_p99", metric_unit::seconds, [](const auto& run) { return service_p99(run); }),
    row("tls_p99", metric_unit::seconds, [](const auto& run) { return tls_p99(run); }),
    row("throughput", metric_unit::count, [](const auto& run) { return throughput(run); }),
    count<&load_totals::answered>("answered"),
    count<&load_totals::errors>("errors"),
    share<&load_totals::errors>("error_rate"),
    count<&load_totals::wrong>("wrong"),
    share<&load_totals::wrong>("wrong_rate"),
    count<&load_totals::late>("late"),
    count<&load_totals::dropped>("dropped"),
    count<&load_totals::repeated>("repeated"),
};

const metric& metric_named(std::string_view name) {
  const auto* found = find_metric(name);
  if (found == nullptr) throw std::invalid_argument{"no metric " + std::string{name}};
  return *found;
}

}  // namespace

const metric* find_metric(std::string_view name) {
  const auto* found = std::find_if(metrics.begin(), metrics.end(),
                                   [name](const metric& one) { return one.name == name; });
  return found == metrics.end() ? nullptr : found;
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const auto& one : metrics) names.emplace_back(one.name);
  return names;
}

double figure(const run_report& run, std::string_view name) {
  return metric_named(name).of_run(run);
}

double figure(const saved_run& run, std::string_view name) {
  return metric_named(name).of_saved(run);
}

}  // namespace latchkey::bench::report
