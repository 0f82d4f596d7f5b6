// The command `latchkey-bench verify`: prepares, measures part by part, reports.
#pragma once

#include "common/command_env.hpp"
#include "verify/options.hpp"

namespace latchkey::bench {

// The options are such that problem_of finds nothing wrong. Reports what it has when it is stopped,
// and tells by the result: false. Throws wrong_answer, and std::runtime_error where it cannot make
// what it needs.
bool verify(const verify_options& options, const command_env& env);

}  // namespace latchkey::bench
