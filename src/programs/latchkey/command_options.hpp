// What the command lines of several commands have in common, for CLI11. Not for what is done then.
#pragma once

#include "config_commands.hpp"

#include <CLI/CLI.hpp>

#include <functional>

namespace latchkey::programs {

// The command that was chosen, set while the command line is parsed and called after it.
using chosen = std::function<int(const command_env&)>;

// Without its own name in the help, which would stand there twice.
inline CLI::Validator existing_file() {
  return CLI::Validator{CLI::ExistingFile}.description("");
}

// For who has no configuration yet.
inline constexpr const char* init_advice =
    "latchkey init writes a first configuration; latchkey init --help says how.";

// A configuration that is there; of one that is not, how to begin is told.
inline CLI::Validator configuration_file() {
  return CLI::Validator{[](std::string& path) {
                          auto fault = CLI::ExistingFile(path);
                          return fault.empty() ? fault : fault + '\n' + init_advice;
                        },
                        ""};
}

// --config and --set, into `options`, which must outlive the parsing.
inline CLI::Option* add_config(CLI::App& command, config_options& options) {
  auto* file = command.add_option("-c,--config", options.file, "Configuration file (TOML)")
                   ->check(configuration_file())
                   ->type_name("FILE");
  command
      .add_option("--set", options.flags,
                  "Set one key, over environment and file; may be given again")
      ->type_name("PATH=VALUE")
      ->allow_extra_args(false);
  return file;
}

}  // namespace latchkey::programs
