// What a comparison measured: the data that the tables, the page and the JSON are made from, and
// the figures that are worked out from it. Not for measuring.
#pragma once

#include "common/machine.hpp"
#include "common/statistics.hpp"
#include "compare/options.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace latchkey::bench::compare {

// One call of the load client.
struct load_figures {
  double seconds = 0;
  std::uint64_t answered = 0;
  std::uint64_t wrong = 0;
  std::uint64_t errors = 0;
  std::uint64_t dropped = 0;
  double p50 = 0;  // seconds; in open loop from when a request should have been sent
  double p99 = 0;
  bool bottleneck = false;  // the load client could not do more

  double throughput() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
};

// Of one contender under one workload; an entry for each round.
struct closed_runs {
  std::vector<double> throughput;  // requests a second
  std::vector<double> cpu;         // seconds of the server's processor time for a request
  std::vector<double> resident;    // bytes after the run
  bool bottleneck = false;
};

// Of one contender at one rate; an entry for each round.
struct paced_runs {
  std::vector<double> p50;  // seconds
  std::vector<double> p99;
  std::uint64_t dropped = 0;  // requests that were never sent, in all rounds
};

// Both in turn, at the same rate.
struct paced_pair {
  double rate = 0;  // requests a second
  paced_runs latchkey;
  paced_runs other;
};

struct workload_figures {
  part name = part::distinct;
  std::string title;
  std::map<contender, closed_runs> closed;
  std::map<contender, paced_pair> paced;  // all but latchkey
};

// Of one contender: the same load over few connections and over many.
struct connection_scaling_figures {
  closed_runs few;
  closed_runs many;
};

// Of latchkey alone: the same load, one of two settings.
struct setting_figures {
  std::string title;  // "2 workers"
  closed_runs runs;
};
struct setting_pair {
  std::string what;
  setting_figures one;
  setting_figures other;
};

struct contender_about {
  contender which = contender::latchkey;
  std::string version;
};

struct comparison {
  std::string started;  // RFC 3339, UTC
  machine on;
  compare_options asked;
  std::vector<contender_about> contenders;
  std::vector<std::string> left_out;  // who or what, and why
  std::vector<workload_figures> workloads;
  std::map<contender, std::vector<double>> handshakes;  // a second
  std::map<contender, std::vector<double>> idle_bytes;  // of one connection
  std::map<contender, connection_scaling_figures> connection_scaling;
  std::vector<setting_pair> worker_scaling;
  bool stopped = false;
};

// The rate at which latencies are compared: 70 percent of the lesser median peak.
double shared_rate(const std::vector<double>& peak, const std::vector<double>& other_peak);

// Median to median; nothing where one is not there, or there is nothing to divide by.
std::optional<double> ratio(const std::vector<double>& of, const std::vector<double>& to);

}  // namespace latchkey::bench::compare
