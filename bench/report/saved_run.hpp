// A run read back from what load --json printed, as far as comparing two runs needs it. Not for the
// rest of that JSON.
#pragma once

#include "report/curves.hpp"
#include "report/run_report.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::bench::report {

struct saved_run : load_totals {
  std::string name;     // what it is called in the comparison: its file
  std::string started;  // RFC 3339, UTC
  std::vector<std::string> urls;
  std::optional<double> rate;  // nothing: closed loop
  std::uint64_t connections = 0;
  std::string tokens;
  std::string mix;
  std::string cpu;  // of the machine
  std::uint64_t cores = 0;
  double seconds = 0;
  double throughput = 0;
  bool bottleneck = false;
  std::uint64_t resumed = 0;  // connections that took up a session of TLS
  std::array<std::optional<double>, percentiles.size()> latency;  // seconds
  std::vector<std::pair<double, double>> curve;                   // shares and seconds
  std::optional<double> service_p50;
  std::optional<double> service_p99;
  std::optional<double> tls_p99;
  std::vector<moment> timeline;
};

// Throws std::runtime_error, naming `name`, for a text that is no such report: not JSON, of another
// schema, or with a member that is missing or of the wrong type.
saved_run read_saved(std::string_view text, std::string name);

}  // namespace latchkey::bench::report
