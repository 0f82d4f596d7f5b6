// The command `latchkey-bench edge`: the real server in front of real and of faulty upstreams, what
// is required of it, and what nginx, HAProxy and Caddy do in the same tests.
#pragma once

#include "edge/options.hpp"
#include "idp_faults/idp_faults.hpp"

#include <string>

namespace latchkey::bench {

// What is wrong with the options; empty where nothing is.
std::string problem_of_edge(const edge_options& options);

// As run_idp_faults.
idp_faults_outcome run_edge(const edge_options& options, const command_env& env);

}  // namespace latchkey::bench
