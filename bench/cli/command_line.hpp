// The command line of latchkey-bench. Not for what its commands do.
#pragma once

#include "compare/options.hpp"
#include "edge/options.hpp"
#include "idp_faults/options.hpp"
#include "run/options.hpp"
#include "soak/options.hpp"
#include "verify/options.hpp"

#include <functional>
#include <iosfwd>
#include <string>
#include <vector>

namespace latchkey::bench {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;  // a wrong answer, a requirement that does not hold, a fault
inline constexpr int exit_usage = 2;
inline constexpr int exit_crossed = 3;    // a bound of --fail-if
inline constexpr int exit_stopped = 130;  // as a shell says it of a program ended by Ctrl-C

// What a command line may reach; tests bring their own.
struct cli_env {
  std::ostream& out;
  std::ostream& err;
  unsigned cores = 1;
  // False where it was stopped.
  std::function<bool(const verify_options&)> verify;
  // The exit status. Refuses names that there are not with std::invalid_argument.
  std::function<int(const idp_faults_options&)> idp_faults = {};
  // The exit status.
  std::function<int(const run::load_options&)> load = {};
  // The exit status.
  std::function<int(const compare_options&)> compare = {};
  // As idp_faults.
  std::function<int(const idp_faults_options&)> client_faults = {};
  // As idp_faults.
  std::function<int(const edge_options&)> edge = {};
  // The exit status.
  std::function<int(const soak_options&)> soak = {};
};

// `args` without the program's name. The exit status of the process. What the command throws passes
// through.
int run_command_line(std::vector<std::string> args, const cli_env& env);

}  // namespace latchkey::bench
