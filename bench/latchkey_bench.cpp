#include "cli/command_line.hpp"
#include "client_faults/client_faults.hpp"
#include "common/interrupt.hpp"
#include "common/machine.hpp"
#include "compare/compare.hpp"
#include "edge/edge.hpp"
#include "idp_faults/idp_faults.hpp"
#include "report/files.hpp"
#include "report/json_report.hpp"
#include "report/summary.hpp"
#include "run/load_run.hpp"
#include "run/tokens.hpp"
#include "soak/soak.hpp"
#include "verify/verify.hpp"

#include <latchkey/net/record_buffers.hpp>

#include <csignal>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <unistd.h>

namespace latchkey::bench {
namespace {

int run_program(int argc, char** argv) {
  // What the load client takes for a handshake is not to be the limit of what is measured.
  net::keep_record_buffers();
  // A reader of our output that has gone is an error of that write, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
  const command_env env{std::cout, std::cerr, isatty(STDERR_FILENO) == 1, core::system_clock(),
                        interrupted};
  const auto measure = [&env](const verify_options& options) {
    hold_interrupts();
    return verify(options, env);
  };
  const auto refuse = [](const std::string& problem) {
    if (!problem.empty()) throw std::invalid_argument{problem};
  };
  const auto run_faults = [&env](const auto& run, const auto& options) {
    hold_interrupts();
    switch (run(options, env)) {
      case idp_faults_outcome::held:
        return exit_ok;
      case idp_faults_outcome::stopped:
        return exit_stopped;
      case idp_faults_outcome::failed:
        break;
    }
    return exit_failed;
  };
  const auto try_faults = [&](const idp_faults_options& options) {
    refuse(problem_of(options));
    return run_faults(run_idp_faults, options);
  };
  const auto try_clients = [&](const idp_faults_options& options) {
    refuse(problem_of_client_faults(options));
    return run_faults(run_client_faults, options);
  };
  const auto try_edge = [&](const edge_options& options) {
    refuse(problem_of_edge(options));
    return run_faults(run_edge, options);
  };
  const auto soak = [&](const soak_options& options) { return run_faults(run_soak, options); };
  const auto load = [&env](const run::load_options& asked) {
    hold_interrupts();
    report::files files{asked.files};
    report::run_report made;
    try {
      made = run::run_load(asked, env);
    } catch (const run::stopped_before& stopped) {
      std::cerr << "latchkey-bench: " << stopped.what() << '\n';
      return exit_stopped;
    }
    std::cout << (asked.json ? report::to_json(made) + '\n' : report::summary(made));
    files.write(made);
    const auto crossed = report::crossed(made, asked.fail_if);
    for (const auto& one : crossed) std::cerr << "latchkey-bench: " << one << '\n';
    if (made.stopped) return exit_stopped;
    return crossed.empty() ? exit_ok : exit_crossed;
  };
  const auto compare = [&env](const compare_options& options) {
    hold_interrupts();
    return run_compare(options, env) == compare_outcome::stopped ? exit_stopped : exit_ok;
  };
  const auto status = run_command_line({argv + (argc > 0 ? 1 : 0), argv + argc},
                                       {std::cout, std::cerr, this_machine().cores, measure,
                                        try_faults, load, compare, try_clients, try_edge, soak});
  // What was printed may not have got anywhere: a full disk, a reader that has gone.
  std::cout.flush();
  if (std::cout) return status;
  std::cerr << "latchkey-bench: cannot write to standard output\n";
  return status == 0 ? exit_failed : status;
}

}  // namespace
}  // namespace latchkey::bench

int main(int argc, char** argv) {
  try {
    return latchkey::bench::run_program(argc, argv);
  } catch (const std::exception& fault) {
    std::cerr << "latchkey-bench: " << fault.what() << '\n';
    return latchkey::bench::exit_failed;
  }
}
