#include "command_outline.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace latchkey::programs {
namespace {

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (true) {
    const auto end = text.find(at, from);
    parts.push_back(text.substr(from, end - from));
    if (end == text.npos) return parts;
    from = end + 1;
  }
}

// "cpu|wall", and what CLI11 makes of a set of words: "TEXT:{on,off}".
std::vector<std::string> choices_of(const std::string& value) {
  const auto open = value.find(":{");
  if (open != value.npos && value.ends_with('}')) {
    return split(value.substr(open + 2, value.size() - open - 3), ',');
  }
  const auto is_choice = [](char one) {
    return one == '|' || one == '-' || (one >= 'a' && one <= 'z');
  };
  if (value.find('|') == value.npos || !std::all_of(value.begin(), value.end(), is_choice)) {
    return {};
  }
  return split(value, '|');
}

option_outline outline_of(const CLI::Option& option, bool positional) {
  const CLI::Formatter help;
  option_outline made;
  const auto names = help.make_option_name(&option, positional);
  made.names = positional ? std::vector{names} : split(names, ',');
  made.signature = names + help.make_option_opts(&option);
  made.text = help.make_option_desc(&option);
  if (option.get_type_size() == 0) return made;
  made.value = option.get_type_name();
  made.choices = choices_of(made.value);
  return made;
}

std::string usage_of(const CLI::App& command) {
  const CLI::Formatter help;
  auto usage = help.make_usage(&command, "");
  usage.erase(0, usage.find(':') + 1);
  usage.erase(0, usage.find_first_not_of(' '));
  usage.erase(usage.find_last_not_of('\n') + 1);
  return usage;
}

}  // namespace

command_outline outline_of(const CLI::App& program) {
  command_outline made;
  made.name = program.get_name();
  made.text = program.get_description();
  made.usage = usage_of(program);
  made.footer = program.get_footer();
  for (const auto* option : program.get_options()) {
    const bool positional = option->get_positional();
    (positional ? made.positionals : made.options).push_back(outline_of(*option, positional));
  }
  for (const auto* command : program.get_subcommands({})) {
    made.commands.push_back(outline_of(*command));
  }
  return made;
}

bool is_file(const option_outline& option) {
  return option.value == "FILE" || option.value == "PEM" || option.value == "FOLDER";
}

}  // namespace latchkey::programs
