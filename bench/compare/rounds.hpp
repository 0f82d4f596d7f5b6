// The order in which contenders are measured, the rates, and when a run counts as failed. Knows no
// process: a run is a function that is passed in.
#pragma once

#include "compare/figures.hpp"

#include <latchkey/async/task.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::bench::compare {

// What the load client is to do.
struct load_shape {
  double seconds = 3;
  unsigned connections = 64;
  std::optional<double> rate;  // nothing: closed loop
  bool keepalive = true;
  bool resume = false;  // sessions, where connections are not kept

  bool operator==(const load_shape&) const = default;
};

// What it did, and what its server used meanwhile.
struct measured_run {
  load_figures load;
  double cpu_seconds = 0;
  std::size_t resident_bytes = 0;  // afterwards
};

// One run against the server of that contender.
using run_load = std::function<async::task<measured_run>(contender, load_shape)>;
// Called with what is done next.
using progress_fn = std::function<void(const std::string&)>;

// Of each contender before the first round, so that connections, caches and code are warm.
inline constexpr double warmup_seconds = 0.5;

// Fill `into` round by round, so that what was measured before an exception is there. Throw
// std::runtime_error for a run with wrong answers, or with more than one failed request in a
// thousand.
async::task<> measure_closed(std::vector<contender> all, compare_options asked, run_load run,
                             progress_fn on_progress, workload_figures& into);
// After measure_closed: latchkey and each of the others in turn.
async::task<> measure_paced(std::vector<contender> all, compare_options asked, run_load run,
                            progress_fn on_progress, workload_figures& into);
// Whole handshakes and resumed ones, in turn. Of a server that resumes fewer than nine in ten there
// is no figure of the latter.
async::task<> measure_handshakes(std::vector<contender> all, compare_options asked, run_load run,
                                 progress_fn on_progress, handshake_figures& into);

// Adds one run. Nothing is divided by no answers.
void add(closed_runs& runs, const measured_run& one);

// What is wrong with such a run; empty where nothing is.
std::string fault_of(const load_figures& load);

}  // namespace latchkey::bench::compare
