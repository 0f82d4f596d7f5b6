// The commands on latchkey-bench's command line: each function adds one, with its options and its
// help. Not for what they do: that comes in by cli_env.
#pragma once

#include "cli/command_line.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace latchkey::bench {

using command_fn = std::function<int(const cli_env&)>;

// While the command line is parsed, the command that it names is put into `chosen`, which must live
// until then. `cores`: the default of --threads.
void add_verify(CLI::App& program, unsigned cores, command_fn& chosen);
void add_idp_faults(CLI::App& program, command_fn& chosen);
void add_client_faults(CLI::App& program, command_fn& chosen);
void add_load(CLI::App& program, command_fn& chosen);
void add_report(CLI::App& program, command_fn& chosen);
void add_compare(CLI::App& program, command_fn& chosen);
void add_edge(CLI::App& program, command_fn& chosen);
void add_soak(CLI::App& program, command_fn& chosen);

}  // namespace latchkey::bench
