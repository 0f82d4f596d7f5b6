// The command `latchkey-bench compare`: starts latchkey and others that check tokens on this
// machine, measures them in turn, and reports.
#pragma once

#include "common/command_env.hpp"
#include "compare/options.hpp"

namespace latchkey::bench {

enum class compare_outcome { measured, stopped };

// What is wrong with the options; empty where nothing is.
std::string problem_of(const compare_options& options);

// The options are such that problem_of finds nothing wrong. To be called by the first thread of the
// process. Reports what it has when it is stopped. Throws std::runtime_error where a program that
// was asked for by name is missing, does not start, or answers wrongly.
compare_outcome run_compare(const compare_options& options, const command_env& env);

}  // namespace latchkey::bench
