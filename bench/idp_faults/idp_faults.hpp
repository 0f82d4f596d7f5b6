// The command `latchkey-bench idp-faults`: runs the real server against the real issuer through
// every fault that an identity provider can have, and says which requirement holds.
#pragma once

#include "common/command_env.hpp"
#include "idp_faults/options.hpp"

namespace latchkey::bench {

enum class idp_faults_outcome { held, failed, stopped };

// What is wrong with the options; empty where nothing is.
std::string problem_of(const idp_faults_options& options);

// The options are such that problem_of finds nothing wrong. To be called by the first thread of the
// process. Throws std::runtime_error where the programs are not there.
idp_faults_outcome run_idp_faults(const idp_faults_options& options, const command_env& env);

}  // namespace latchkey::bench
