// What a comparison measured: the data that the tables, the page and the JSON are made from, and
// the figures that are worked out from it. Not for measuring.
#pragma once

#include "common/machine.hpp"
#include "common/statistics.hpp"
#include "compare/options.hpp"
#include "report/run_report.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace latchkey::bench::compare {

// How a figure is shown: the name behind its title, the factor from what is kept, the decimals.
struct unit {
  std::string_view name;  // empty: the title says it
  double factor = 1;
  int decimals = 0;
};
inline constexpr unit plain{"", 1, 0};
inline constexpr unit microseconds{"us", 1e6, 1};
inline constexpr unit milliseconds{"ms", 1e3, 2};
inline constexpr unit kibibytes{"KiB", 1.0 / 1024, 1};
inline constexpr unit mebibytes{"MiB", 1.0 / (1024 * 1024), 1};

enum class better : std::uint8_t { less, more };

// A figure that the servers are compared by. Text, page and JSON are made from the tables of these
// below: a new figure is a member and a row here, and a line in add() of rounds.
template <class Runs, class Values = std::vector<double>>
struct figure {
  std::string_view key;    // in JSON
  std::string_view title;  // of its column, without the unit
  std::string_view name;   // of its line among the ratios
  unit in;                 // seconds and bytes are kept, this is shown
  better is = better::less;
  Values Runs::* member = nullptr;  // a value for each round
  bool has_chart = false;
  bool is_memory = false;  // stands behind the latencies among the ratios
};

// One call of the load client.
struct load_figures : report::load_totals {
  double seconds = 0;
  double p50 = 0;  // seconds; in open loop from when a request should have been sent
  double p99 = 0;
  bool bottleneck = false;  // the load client could not do more
  std::uint64_t resumed = 0;  // connections that took up a session of TLS

  double throughput() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
};

// Of one contender under one workload; an entry for each round.
struct closed_runs {
  std::vector<double> throughput;  // requests a second
  std::vector<double> cpu;         // seconds of the server's processor time for a request
  std::vector<double> resident;    // bytes after the run
  bool bottleneck = false;
};

inline constexpr figure<closed_runs> throughput{
    "throughput", "requests/s", "requests/s", plain, better::more, &closed_runs::throughput, true};
inline constexpr figure<closed_runs> cpu_per_request{"cpu_per_request",
                                                     "server CPU per request",
                                                     "CPU per request",
                                                     microseconds,
                                                     better::less,
                                                     &closed_runs::cpu,
                                                     true};
inline constexpr std::array closed_figures{
    throughput, cpu_per_request,
    figure<closed_runs>{"resident_bytes", "resident memory", "resident memory", mebibytes,
                        better::less, &closed_runs::resident, false, true}};

// Of one contender at one rate; an entry for each round.
struct paced_runs {
  std::vector<double> p50;  // seconds
  std::vector<double> p99;
  std::uint64_t dropped = 0;  // requests that were never sent, in all rounds
};

inline constexpr std::array paced_figures{
    figure<paced_runs>{"p50", "p50", "p50, same rate", milliseconds, better::less,
                       &paced_runs::p50},
    figure<paced_runs>{"p99", "p99", "p99, same rate", milliseconds, better::less,
                       &paced_runs::p99}};

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

// Of each contender, whatever the workload.
using contender_values = std::map<contender, std::vector<double>>;

// A connection for each request.
struct handshake_figures {
  contender_values whole;      // a second
  contender_values whole_cpu;  // seconds of the server's processor for each, with its request
  contender_values resumed;
  contender_values resumed_cpu;
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
  handshake_figures handshakes;
  contender_values idle_bytes;  // of one connection
  std::map<contender, connection_scaling_figures> connection_scaling;
  std::vector<setting_pair> worker_scaling;
  bool stopped = false;
};

inline constexpr std::array all_handshake_figures{
    figure<handshake_figures, contender_values>{"handshakes", "handshakes/s", "handshakes/s", plain,
                                                better::more, &handshake_figures::whole, true},
    figure<handshake_figures, contender_values>{"cpu_per_handshake", "server CPU per handshake",
                                                "CPU per handshake", microseconds, better::less,
                                                &handshake_figures::whole_cpu},
    figure<handshake_figures, contender_values>{"handshakes_resumed", "resumed/s",
                                                "handshakes/s, resumed", plain, better::more,
                                                &handshake_figures::resumed},
    figure<handshake_figures, contender_values>{
        "cpu_per_resumed_handshake", "server CPU per resumed one", "CPU per handshake, resumed",
        microseconds, better::less, &handshake_figures::resumed_cpu}};
inline constexpr std::array connection_figures{figure<comparison, contender_values>{
    "idle_connection_bytes", "memory of an idle connection", "memory of an idle connection",
    kibibytes, better::less, &comparison::idle_bytes, true, true}};

// Calls `act` with each figure of connections and its values.
template <class Act>
void each_connection_figure(const comparison& made, const Act& act) {
  for (const auto& one : all_handshake_figures) act(one, made.handshakes.*one.member);
  for (const auto& one : connection_figures) act(one, made.*one.member);
}

// "8.6": of a value as it is kept.
std::string shown(double value, const unit& in);
// "resident memory, MiB".
std::string with_unit(std::string_view title, const unit& in);

// The rate at which latencies are compared: 70 percent of the lesser median peak.
double shared_rate(const std::vector<double>& peak, const std::vector<double>& other_peak);

// Median to median; nothing where one is not there, or there is nothing to divide by.
std::optional<double> ratio(const std::vector<double>& of, const std::vector<double>& to);

}  // namespace latchkey::bench::compare
