// The command line of `latchkey-bench load`. Not for the load itself.
#pragma once

#include "cli.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace latchkey::bench {

// Adds the command; when it is the one that was given, `command` carries it out.
void add_load(CLI::App& program, std::function<int(const cli_env&)>& command);

}  // namespace latchkey::bench
