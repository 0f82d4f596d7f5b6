// The measurements besides the rounds of load: CPU time of a request over few and over many
// connections, memory of an idle connection, one worker and two. Not for the order of rounds: see
// rounds.
#pragma once

#include "compare/figures.hpp"
#include "compare/rounds.hpp"
#include "compare/testbed.hpp"

#include <map>
#include <vector>

namespace latchkey::bench::compare {

// Whether so many connections can all have their answers in time. The application cannot.
bool handles_many_connections(contender which);

// Of each of them, in turn, hot tokens. CPU time is sampled at two moments after all connections
// have completed their handshakes, so handshakes are not part of it.
async::task<> measure_connection_scaling(testbed& bed, std::vector<contender> all,
                                         compare_options asked, progress_fn on_progress,
                                         std::map<contender, connection_scaling_figures>& into);

// Bytes by which the server's resident memory grows with each idle connection. The server is
// started for it and ended afterwards: one that has been under load has memory to spare.
async::task<double> idle_connection_bytes(testbed& bed, contender which, unsigned connections);

// latchkey with one worker and with two, every request with its signature. Where cores().shared,
// only the CPU time of a request tells whether the workers are in each other's way.
async::task<> measure_worker_scaling(testbed& bed, compare_options asked, progress_fn on_progress,
                                     setting_pair& into);

}  // namespace latchkey::bench::compare
