#include "cli/command_line.hpp"

#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <document_commands.hpp>
#include <parse_command.hpp>
#include <utility>

namespace latchkey::bench {

int run_command_line(std::vector<std::string> args, const cli_env& env) {
  CLI::App program{"Measures what latchkey does, beside what it could do at best",
                   "latchkey-bench"};
  program.set_version_flag("--version", "latchkey-bench " LATCHKEY_VERSION);
  program.require_subcommand(1);
  program.footer(
      "Examples:\n"
      "  latchkey-bench verify\n"
      "  latchkey-bench verify --json > figures.json\n"
      "  latchkey-bench idp-faults --quick\n"
      "  latchkey-bench client-faults --quick\n"
      "  latchkey-bench edge --quick\n"
      "  latchkey-bench soak --duration 1h\n"
      "  latchkey-bench load https://localhost:8443/openapi.json --ca cert.pem\n"
      "  latchkey-bench report A.json B.json\n"
      "  latchkey-bench compare haproxy hello\n"
      "latchkey-bench COMMAND --help tells more.");
  command_fn chosen;
  add_verify(program, env.cores, chosen);
  add_idp_faults(program, chosen);
  add_client_faults(program, chosen);
  add_load(program, chosen);
  add_report(program, chosen);
  add_compare(program, chosen);
  add_edge(program, chosen);
  add_soak(program, chosen);
  programs::add_document_commands(program, LATCHKEY_VERSION,
                                  [&chosen](std::function<std::string()> text) {
                                    chosen = [text = std::move(text)](const cli_env& to) {
                                      to.out << text();
                                      return exit_ok;
                                    };
                                  });
  if (const auto ended = programs::parse_command(program, std::move(args), env.out, env.err)) {
    return *ended;
  }
  return chosen(env);
}

}  // namespace latchkey::bench
