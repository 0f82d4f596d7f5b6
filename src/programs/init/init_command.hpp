// The command line of init. Not for what it does: init.
#pragma once

#include "latchkey/command_options.hpp"

namespace latchkey::init {

// `command` is set where init is chosen; both must outlive the parsing.
void add_init(CLI::App& program, programs::chosen& command);

}  // namespace latchkey::init
