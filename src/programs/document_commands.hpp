// The commands that every program has to print what is made of its command line: its manual page
// and its completion. Not for what stands in them.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace latchkey::programs {

// Adds `completion SHELL` and `manual-page`, after all other commands, which they describe.
// `choose` is called while the command line is parsed, with what makes the text to print; that
// refers to `program`.
void add_document_commands(CLI::App& program, std::string version,
                           const std::function<void(std::function<std::string()>)>& choose);

}  // namespace latchkey::programs
