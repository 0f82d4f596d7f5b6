// What makes a shell complete a program's command line, made of its definitions. Not for completing
// keys of a configuration.
#pragma once

#include "command_outline.hpp"

#include <cstdint>
#include <string>

namespace latchkey::programs {

enum class shell : std::uint8_t { bash, zsh, fish };

// A script that this shell loads: for bash from bash-completion's folder or by `source`, for zsh as
// a function of fpath, for fish from its folder of completions.
std::string completion_script(const command_outline& program, shell of);

}  // namespace latchkey::programs
