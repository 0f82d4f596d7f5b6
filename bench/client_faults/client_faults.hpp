// The command `latchkey-bench client-faults`: runs the real server against misbehaving clients,
// each kind beside a well-behaved one, and reports which requirements hold.
#pragma once

#include "idp_faults/idp_faults.hpp"

#include <string>

namespace latchkey::bench {

// What is wrong with the options; empty where nothing is.
std::string problem_of_client_faults(const idp_faults_options& options);

// As run_idp_faults.
idp_faults_outcome run_client_faults(const idp_faults_options& options, const command_env& env);

}  // namespace latchkey::bench
