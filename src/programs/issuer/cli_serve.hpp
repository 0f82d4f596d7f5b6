// The serve command's part of the command line. Not for use outside cli.
#pragma once

#include "issuer/cli.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace latchkey::issuer {

// The command that was chosen, set while the command line is parsed and called after it.
using chosen = std::function<int(const command_env&)>;

void add_serve(CLI::App& program, chosen& command);

// parse_seconds(), or the end of parsing with what was expected of that option.
std::chrono::seconds seconds_or_refuse(const char* option, const std::string& text);

}  // namespace latchkey::issuer
