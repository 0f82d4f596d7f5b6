#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>
#include <stdexcept>

namespace latchkey::bench {

void add_edge(CLI::App& program, command_fn& chosen) {
  auto* added = program.add_subcommand(
      "edge", "Run the real server in front of upstreams, beside nginx, HAProxy and Caddy");
  added->footer(
      "Examples:\n"
      "  latchkey-bench edge --quick\n"
      "  latchkey-bench edge --only takeover\n"
      "  latchkey-bench edge --only stale-pool:latchkey,stale-pool:nginx\n"
      "  latchkey-bench edge --only attacks --attacks attacks.tsv\n"
      "Starts latchkey, latchkey-issuer, which stand beside it, Node.js, and the other proxies "
      "where\n"
      "they are installed, on free loopback ports. Rows of other proxies are shown, not judged.\n"
      "Exit status: 0 every requirement holds, 1 one does not, 2 wrong usage, 130 stopped by "
      "Ctrl-C.");
  const auto asked = std::make_shared<edge_options>();
  auto& rows = asked->rows;
  added->add_option("--only", rows.only, "Rows, or groups of them (default: all)")
      ->delimiter(',')
      ->type_name("ROW,...");
  added->add_flag("--quick", rows.quick,
                  "Smaller counts, the same requirements, latchkey alone: about a minute");
  added->add_flag("--json", rows.json, "One JSON object in place of the table");
  added->add_flag("--list", rows.list, "The names of the rows, and nothing else");
  added
      ->add_option("--attacks", asked->attacks,
                   "Requests to be framed in one way only: NAME, a tab, escaped bytes (default: "
                   "those rows are skipped)")
      ->type_name("FILE")
      ->envname("BENCH_ATTACKS");
  added->callback([asked, &chosen] {
    chosen = [asked](const cli_env& with) {
      try {
        return with.edge(*asked);
      } catch (const std::invalid_argument& wrong) {
        with.err << "--only: " << wrong.what() << '\n';
        return exit_usage;
      }
    };
  });
}

}  // namespace latchkey::bench
