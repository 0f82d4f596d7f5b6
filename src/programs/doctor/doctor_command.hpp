// The command line of doctor. Not for what it does: doctor.
#pragma once

#include "latchkey/command_options.hpp"

namespace latchkey::doctor {

// `command` is set where doctor is chosen; both must outlive the parsing.
void add_doctor(CLI::App& program, programs::chosen& command);

}  // namespace latchkey::doctor
