// Runs rows, one by one or several at once, and reports on them; shared by the commands that test
// the real server against faults. Not for the rows themselves.
#pragma once

#include "idp_faults/catalogue.hpp"
#include "idp_faults/idp_faults.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench::idp_faults {

// Whether `wanted` means the row: its whole name, or the group before its colon ("fault" means
// "fault:html").
bool means(std::string_view wanted, std::string_view row);

// What is wrong with the options for a command that has these rows; empty where nothing is.
std::string problem_of(const std::vector<fault_case>& all, const idp_faults_options& options);

// Runs those that the options want. As run_idp_faults.
idp_faults_outcome run_cases(std::vector<fault_case> all, const idp_faults_options& options,
                             const command_env& env);

}  // namespace latchkey::bench::idp_faults
