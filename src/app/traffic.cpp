#include <latchkey/app/traffic.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace latchkey::app {
namespace {

constexpr double microseconds = 1e6;

double seconds_between(core::steady_time from, core::steady_time to) {
  return std::chrono::duration<double>{to - from}.count();
}

std::uint64_t requests_of(const request_totals& totals) {
  std::uint64_t sum = 0;
  for (const auto& [route, figures] : totals.routes) {
    for (const auto& method : figures.requests) {
      sum = std::accumulate(method.begin(), method.end(), sum);
    }
  }
  return sum;
}

using buckets = std::array<std::uint64_t, duration_bounds.size() + 1>;

// Of one route between then and now.
struct difference {
  route_traffic made;
  buckets durations{};
};

difference subtract(const route_totals& now, const route_totals& then) {
  difference of;
  for (std::size_t method = 0; method < now.requests.size(); ++method) {
    const auto count = [&](std::size_t status) {
      return now.requests[method][status] - then.requests[method][status];
    };
    for (std::size_t status = 0; status < counted_statuses.size(); ++status) {
      of.made.requests += count(status);
    }
    of.made.refused += count(4);
    of.made.failed += count(5) + count(0);
  }
  for (std::size_t i = 0; i < of.durations.size(); ++i) {
    of.durations[i] = now.durations[i] - then.durations[i];
  }
  return of;
}

void conclude(difference& of, double seconds) {
  if (seconds > 0) of.made.per_second = static_cast<double>(of.made.requests) / seconds;
  of.made.median = duration_quantile(of.durations, 0.5);
  of.made.p99 = duration_quantile(of.durations, 0.99);
}

template <class Map>
auto found_in(const Map& map, const std::string& key) {
  const auto at = map.find(key);
  return at == map.end() ? typename Map::mapped_type{} : at->second;
}

}  // namespace

double duration_quantile(std::span<const std::uint64_t> counts, double of) {
  const auto all = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
  if (all == 0) return 0;
  const double rank = of * static_cast<double>(all);
  double below = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto here = static_cast<double>(counts[i]);
    const double from = i == 0 ? 0 : duration_bounds[i - 1] / microseconds;
    if (i == duration_bounds.size()) return from;
    if (below + here >= rank && here > 0) {
      const double to = duration_bounds[i] / microseconds;
      return from + (to - from) * (rank - below) / here;
    }
    below += here;
  }
  return duration_bounds.back() / microseconds;
}

void traffic_history::add(core::steady_time at, const request_totals& now) {
  sample made{at, requests_of(now), {}};
  made.totals.refusals = now.refusals;
  for (const auto& [route, figures] : now.routes) {
    if (figures != route_totals{}) made.totals.routes.emplace(route, figures);
  }
  samples_.push_back(std::move(made));
  while (samples_.front().at < at - window) samples_.pop_front();
}

traffic_report traffic_history::report(core::steady_time at, const request_totals& now) const {
  traffic_report made;
  if (samples_.empty()) return made;
  const auto& then = samples_.front();
  made.seconds = seconds_between(then.at, at);
  difference all;
  for (const auto& [route, figures] : now.routes) {
    auto one = subtract(figures, found_in(then.totals.routes, route));
    if (one.made.requests == 0) continue;
    all.made.requests += one.made.requests;
    all.made.refused += one.made.refused;
    all.made.failed += one.made.failed;
    for (std::size_t i = 0; i < all.durations.size(); ++i) all.durations[i] += one.durations[i];
    conclude(one, made.seconds);
    one.made.route = route;
    made.routes.push_back(std::move(one.made));
  }
  conclude(all, made.seconds);
  made.all = std::move(all.made);
  std::stable_sort(
      made.routes.begin(), made.routes.end(),
      [](const route_traffic& a, const route_traffic& b) { return a.requests > b.requests; });
  for (const auto& [reason, count] : now.refusals) {
    const auto more = count - found_in(then.totals.refusals, reason);
    if (more != 0) made.refusals[reason] = more;
  }
  for (std::size_t i = 1; i < samples_.size(); ++i) {
    const auto& before = samples_[i - 1];
    const auto length = seconds_between(before.at, samples_[i].at);
    if (length <= 0) continue;
    made.per_second.push_back(static_cast<double>(samples_[i].requests - before.requests) / length);
  }
  return made;
}

}  // namespace latchkey::app
