// The command `latchkey-bench report`: two saved runs beside each other. Not for making runs.
#pragma once

#include "cli.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace latchkey::bench {

// Adds the command; when it is the one that was given, `command` carries it out.
void add_report(CLI::App& program, std::function<int(const cli_env&)>& command);

}  // namespace latchkey::bench
