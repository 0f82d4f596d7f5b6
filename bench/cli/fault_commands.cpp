#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>
#include <stdexcept>

namespace latchkey::bench {
namespace {

// A command that takes the real server through rows of faults. `run` is which of the cli_env's
// functions carries it out.
void add_faults(CLI::App& program, command_fn& chosen, const char* name, const char* what,
                const std::string& examples,
                std::function<int(const idp_faults_options&)> cli_env::* run) {
  auto* added = program.add_subcommand(name, what);
  added->footer(
      "Examples:\n" + examples +
      "Starts latchkey and latchkey-issuer, which stand beside it, on free loopback ports.\n"
      "Exit status: 0 every requirement holds, 1 one does not, 2 wrong usage, 130 stopped by "
      "Ctrl-C.");
  const auto asked = std::make_shared<idp_faults_options>();
  added->add_option("--only", asked->only, "Rows, or groups of them (default: all)")
      ->delimiter(',')
      ->type_name("ROW,...");
  added->add_flag("--quick", asked->quick, "Shorter load, the same requirements: under 3 minutes");
  added->add_flag("--json", asked->json, "One JSON object in place of the table");
  added->add_flag("--list", asked->list, "The names of the rows, and nothing else");
  added->callback([asked, run, &chosen] {
    chosen = [asked, run](const cli_env& with) {
      try {
        return (with.*run)(*asked);
      } catch (const std::invalid_argument& wrong) {
        with.err << "--only: " << wrong.what() << '\n';
        return exit_usage;
      }
    };
  });
}

}  // namespace

void add_idp_faults(CLI::App& program, command_fn& chosen) {
  add_faults(program, chosen, "idp-faults",
             "Run the real server through every fault an identity provider can have",
             "  latchkey-bench idp-faults --quick\n"
             "  latchkey-bench idp-faults --only cold,fault:html\n"
             "  latchkey-bench idp-faults --only fault --json\n",
             &cli_env::idp_faults);
}

void add_client_faults(CLI::App& program, command_fn& chosen) {
  add_faults(program, chosen, "client-faults",
             "Run the real server against misbehaving clients, beside a well-behaved one",
             "  latchkey-bench client-faults --quick\n"
             "  latchkey-bench client-faults --only key-updates,slow-head --json\n",
             &cli_env::client_faults);
}

}  // namespace latchkey::bench
