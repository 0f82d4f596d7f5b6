#include "completion.hpp"

#include <utility>

namespace latchkey::programs {
namespace {

// A command with the words that lead to it: " token verify", and "" for the program itself.
struct placed {
  std::string path;
  const command_outline& command;
};

void gather(std::vector<placed>& all, const command_outline& command, const std::string& path) {
  all.push_back({path, command});
  for (const auto& one : command.commands) gather(all, one, path + ' ' + one.name);
}

std::vector<placed> commands_of(const command_outline& program) {
  std::vector<placed> all;
  gather(all, program, "");
  return all;
}

// In single quotes, as all three shells take it; none of the texts has a line end.
std::string quoted(const std::string& text, shell of) {
  std::string made = "'";
  for (const char one : text) {
    if (one == '\'') {
      made += of == shell::fish ? "\\'" : "'\\''";
    } else if (one == '\\' && of == shell::fish) {
      made += "\\\\";
    } else {
      made += one;
    }
  }
  return made + '\'';
}

std::string joined(const std::vector<std::string>& words) {
  std::string made;
  for (const auto& one : words) made += (made.empty() ? "" : " ") + one;
  return made;
}

// The name of a function may have no hyphen in every shell.
std::string function_of(const std::string& program) {
  std::string made = "_";
  for (const char one : program) made += one == '-' ? '_' : one;
  return made;
}

// Which command the words before the cursor lead to; what is no command is an option or its value.
// Bash and zsh have the same words for it.
std::string find_path(const std::vector<placed>& all) {
  std::string made = "    case \"$at $word\" in\n";
  for (const auto& one : all) {
    if (!one.path.empty()) {
      made += "      " + quoted(one.path, shell::bash) + ") at=\"$at $word\" ;;\n";
    }
  }
  return made + "    esac\n";
}

// `patterns)` of the case that asks "$at:$before" what the value after an option is.
std::string options_at(const placed& at, const option_outline& option) {
  std::string made;
  for (const auto& name : option.names) {
    made += (made.empty() ? "" : "|") + quoted(at.path + ':' + name, shell::bash);
  }
  return made;
}

bool takes_file(const command_outline& command) {
  for (const auto& one : command.positionals) {
    if (is_file(one)) return true;
  }
  return false;
}

std::vector<std::string> words_of(const command_outline& command) {
  std::vector<std::string> words;
  for (const auto& one : command.commands) words.push_back(one.name);
  for (const auto& one : command.options) {
    words.insert(words.end(), one.names.begin(), one.names.end());
  }
  for (const auto& one : command.positionals) {
    words.insert(words.end(), one.choices.begin(), one.choices.end());
  }
  return words;
}

std::string for_bash(const command_outline& program) {
  const auto all = commands_of(program);
  const auto function = function_of(program.name);
  std::string values;
  std::string words;
  for (const auto& at : all) {
    for (const auto& option : at.command.options) {
      if (option.value.empty()) continue;
      values += "    " + options_at(at, option) + ") ";
      if (is_file(option))
        values += "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$current\"); ";
      if (!option.choices.empty()) {
        values += "mapfile -t COMPREPLY < <(compgen -W " +
                  quoted(joined(option.choices), shell::bash) + " -- \"$current\"); ";
      }
      values += "return ;;\n";
    }
    words += "    " + quoted(at.path, shell::bash) +
             ") words=" + quoted(joined(words_of(at.command)), shell::bash) +
             (takes_file(at.command) ? "; files=1" : "") + " ;;\n";
  }
  return "# bash completion of " + program.name + "\n" + function +
         "() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local at= word words= files=\n"
         "  # --option=value is three words.\n"
         "  if [ \"$current\" = = ]; then current=; elif [ \"$before\" = = ]; then "
         "before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n" +
         find_path(all) +
         "  done\n"
         "  COMPREPLY=()\n"
         "  case \"$at:$before\" in\n" +
         values +
         "  esac\n"
         "  case \"$at\" in\n" +
         words +
         "  esac\n"
         "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\"; [ -z \"$files\" ] || "
         "compgen -f -- \"$current\")\n"
         "}\n"
         "complete -F " +
         function + ' ' + program.name + '\n';
}

// "name:what it is", as _describe takes it.
std::string described(const std::string& name, const std::string& text) {
  std::string made;
  for (const char one : name) made += one == ':' ? "\\:" : std::string{one};
  return quoted(made + ':' + text, shell::zsh);
}

std::string for_zsh(const command_outline& program) {
  const auto all = commands_of(program);
  const auto function = function_of(program.name);
  std::string values;
  std::string words;
  for (const auto& at : all) {
    std::string rows;
    for (const auto& one : at.command.commands) rows += ' ' + described(one.name, one.text);
    for (const auto& option : at.command.options) {
      for (const auto& name : option.names) rows += ' ' + described(name, option.text);
      if (option.value.empty()) continue;
      values += "    " + options_at(at, option) + ") ";
      if (is_file(option)) values += "_files; ";
      if (!option.choices.empty()) values += "compadd -- " + joined(option.choices) + "; ";
      values += "return ;;\n";
    }
    for (const auto& one : at.command.positionals) {
      for (const auto& choice : one.choices) rows += ' ' + described(choice, one.text);
    }
    words += "    " + quoted(at.path, shell::zsh) + ") rows=(" + rows.substr(rows.empty() ? 0 : 1) +
             ')' + (takes_file(at.command) ? "; _files" : "") + " ;;\n";
  }
  return "#compdef " + program.name + "\n" + function +
         "() {\n"
         "  local before=${words[CURRENT-1]} at= word\n"
         "  local -a rows\n"
         "  for word in ${words[2,CURRENT-1]}; do\n" +
         find_path(all) +
         "  done\n"
         "  case \"$at:$before\" in\n" +
         values +
         "  esac\n"
         "  case \"$at\" in\n" +
         words +
         "  esac\n"
         "  _describe " +
         quoted(program.name, shell::zsh) +
         " rows\n"
         "}\n" +
         function + " \"$@\"\n";
}

// The condition under which a line of fish counts: the words of the path are there, and none that
// leads on from it.
std::string seen(const placed& at) {
  std::string made;
  for (std::size_t from = 1; from < at.path.size();) {
    const auto end = at.path.find(' ', from);
    const auto word = at.path.substr(from, end - from);
    made += (made.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
    if (end == at.path.npos) break;
    from = end + 1;
  }
  std::vector<std::string> further;
  for (const auto& one : at.command.commands) further.push_back(one.name);
  if (further.empty()) return made;
  return made + (made.empty() ? "" : "; and ") + "not __fish_seen_subcommand_from " +
         joined(further);
}

std::string for_fish(const command_outline& program) {
  const auto all = commands_of(program);
  const auto start = "complete -c " + program.name;
  std::string made = "# fish completion of " + program.name + "\n" + start + " -f\n";
  for (const auto& at : all) {
    const auto condition = seen(at);
    const auto where = condition.empty() ? start : start + " -n " + quoted(condition, shell::fish);
    for (const auto& one : at.command.commands) {
      made += where + " -a " + one.name + " -d " + quoted(one.text, shell::fish) + '\n';
    }
    for (const auto& option : at.command.options) {
      made += where;
      for (const auto& name : option.names) {
        made += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (!option.value.empty()) made += is_file(option) ? " -r -F" : " -x";
      if (!option.choices.empty()) made += " -a " + quoted(joined(option.choices), shell::fish);
      made += " -d " + quoted(option.text, shell::fish) + '\n';
    }
    for (const auto& one : at.command.positionals) {
      if (is_file(one)) made += where + " -F\n";
      if (!one.choices.empty()) {
        made += where + " -a " + quoted(joined(one.choices), shell::fish) + '\n';
      }
    }
  }
  return made;
}

}  // namespace

std::string completion_script(const command_outline& program, shell of) {
  switch (of) {
    case shell::bash:
      return for_bash(program);
    case shell::zsh:
      return for_zsh(program);
    case shell::fish:
      break;
  }
  return for_fish(program);
}

}  // namespace latchkey::programs
