// The command `compare` of latchkey-bench's command line: its options and its help. Not for
// measuring.
#pragma once

#include "cli.hpp"

#include <CLI/CLI.hpp>

namespace latchkey::bench {

// What is chosen on the command line is put into `command`, which must outlive the parsing.
void add_compare(CLI::App& program, std::function<int(const cli_env&)>& command);

}  // namespace latchkey::bench
