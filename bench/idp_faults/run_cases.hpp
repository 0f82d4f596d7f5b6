// Runs rows one after the other, or several at once, and reports on them: for every command that
// takes the real server through faults. Not for the rows themselves.
#pragma once

#include "idp_faults/catalogue.hpp"
#include "idp_faults/idp_faults.hpp"

#include <string>
#include <vector>

namespace latchkey::bench::idp_faults {

// What is wrong with the options for a command that has these rows; empty where nothing is.
std::string problem_of(const std::vector<fault_case>& all, const idp_faults_options& options);

// Runs those that the options want. As run_idp_faults.
idp_faults_outcome run_cases(std::vector<fault_case> all, const idp_faults_options& options,
                             const command_env& env);

}  // namespace latchkey::bench::idp_faults
