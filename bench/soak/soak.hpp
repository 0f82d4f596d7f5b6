// The command `latchkey-bench soak`: the real programs under load, faults, rotations and reloads,
// for as long as one likes.
#pragma once

#include "common/command_env.hpp"
#include "idp_faults/idp_faults.hpp"
#include "soak/options.hpp"

namespace latchkey::bench {

// To be called by the first thread of the process. Throws std::runtime_error where the programs are
// not there, or do not start.
idp_faults_outcome run_soak(const soak_options& options, const command_env& env);

}  // namespace latchkey::bench
