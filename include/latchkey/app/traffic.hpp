// How the traffic of the last minutes was, made from the figures of requests as they were then and
// are now. Pure. Not for counting (request_counts), nor for what goes back further: that is
// Prometheus's.
#pragma once

#include <latchkey/app/request_counts.hpp>
#include <latchkey/core/time.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace latchkey::app {

struct route_traffic {
  std::string route;
  std::uint64_t requests = 0;
  std::uint64_t refused = 0;  // answered with 4xx
  std::uint64_t failed = 0;   // answered with 5xx, or not at all
  double per_second = 0;
  // In seconds, estimated from buckets; 0 where no request was measured.
  double median = 0;
  double p99 = 0;
};

struct traffic_report {
  double seconds = 0;                 // that it is about
  route_traffic all;                  // of all routes together
  std::vector<route_traffic> routes;  // those with requests, the most first
  std::map<std::string, std::uint64_t, std::less<>> refusals;  // by reason
  std::vector<double> per_second;                              // of each step, the oldest first
};

// The duration, in seconds, that the share `of` of the requests did not exceed: within its bucket
// all are taken to be spread evenly, and the last one ends where it begins. 0 where there is none.
double duration_quantile(std::span<const std::uint64_t> counts, double of);

class traffic_history {
 public:
  static constexpr std::chrono::seconds step{10};
  static constexpr std::chrono::seconds window{300};

  // How the figures are now; to be called once a step.
  void add(core::steady_time at, const request_totals& now);
  // Since the oldest figures of the window; before the first of them nothing is known.
  traffic_report report(core::steady_time at, const request_totals& now) const;

 private:
  struct sample {
    core::steady_time at;
    std::uint64_t requests;
    request_totals totals;  // without routes that have never been asked for
  };
  std::deque<sample> samples_;
};

}  // namespace latchkey::app
