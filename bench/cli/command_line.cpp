#include "cli/command_line.hpp"

#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <optional>
#include <ostream>
#include <utility>

namespace latchkey::bench {
namespace {

// A first word that is no command, which the parser would only call missing.
std::optional<std::string> unknown_command(const CLI::App& program,
                                           const std::vector<std::string>& args) {
  if (args.empty() || args.front().starts_with('-')) return std::nullopt;
  std::string known;
  for (const auto* one : program.get_subcommands({})) {
    if (one->get_name() == args.front()) return std::nullopt;
    known += (known.empty() ? "" : ", ") + one->get_name();
  }
  return "unknown command \"" + args.front() + "\"; expected one of: " + known;
}

}  // namespace

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
  if (const auto problem = unknown_command(program, args)) {
    env.err << *problem << "\nRun with --help for more information.\n";
    return exit_usage;
  }
  try {
    std::reverse(args.begin(), args.end());  // the order that parse asks for
    program.parse(std::move(args));
  } catch (const CLI::ParseError& stopped) {
    return program.exit(stopped, env.out, env.err) == 0 ? exit_ok : exit_usage;
  }
  return chosen(env);
}

}  // namespace latchkey::bench
