// What is counted of upstreams, as metrics. Not for counting.
#pragma once

#include <latchkey/app/metric_table.hpp>
#include <latchkey/edge/upstream_counts.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace latchkey::app {

// Of one upstream, all threads together.
struct upstream_figures {
  std::string name;
  std::array<std::uint64_t, 6> answers{};  // by the hundreds of the status
  std::uint64_t connects = 0;
  std::uint64_t connect_failures = 0;
  std::uint64_t reused = 0;
  std::uint64_t retries = 0;
  std::uint64_t refused = 0;
  std::uint64_t timeouts = 0;
  std::uint64_t bad_answers = 0;
  std::uint64_t ejections = 0;
  std::uint64_t cut_by_token = 0;
  std::uint64_t tunnels = 0;
  std::uint64_t outstanding = 0;
  std::uint64_t waiting = 0;
  std::uint64_t idle = 0;
  std::uint64_t healthy = 0;
  std::uint64_t addresses = 0;
  double connect_seconds = 0;
  double first_byte_seconds = 0;

  // Another thread's; of addresses all threads have the same.
  void add(const edge::upstream_counts& of);
  // What one that it has followed has counted; what stands is its own.
  void carry(const upstream_figures& earlier);
};

void write_upstream_metrics(metrics_text& out, const std::vector<upstream_figures>& all);

std::vector<metric_info> upstream_metrics();

}  // namespace latchkey::app
