// A program's command line as data: what its manual page and the completion by a shell are made of,
// taken from the definitions by which it is parsed. Not for parsing.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace latchkey::programs {

struct option_outline {
  std::vector<std::string> names;  // "-c", "--config"; of a positional the one it has in the help
  std::string signature;           // as --help has it: "-c,--config FILE REQUIRED"
  std::string text;
  std::string value;                 // "FILE"; empty: it takes none
  std::vector<std::string> choices;  // the only values there are, where they are few
};

struct command_outline {
  std::string name;
  std::string text;
  std::string usage;   // what follows the name: "[OPTIONS] token"
  std::string footer;  // examples and exit statuses, in lines
  std::vector<option_outline> positionals;
  std::vector<option_outline> options;
  std::vector<command_outline> commands;
};

command_outline outline_of(const CLI::App& program);

// Of a value: a path of a file follows.
bool is_file(const option_outline& option);

}  // namespace latchkey::programs
