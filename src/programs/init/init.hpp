// init: writes a first configuration for a provider, and a certificate for development. Not for
// changing a configuration that is there.
#pragma once

#include "configuration_text.hpp"
#include "latchkey/run.hpp"

#include <filesystem>
#include <string>

namespace latchkey::init {

struct init_options {
  std::string provider;  // empty: none, where only a certificate is asked for
  answers given;
  choices with;
  std::filesystem::path output;  // empty: standard output
  bool force = false;            // what is there is replaced
  bool certificate = false;      // one for development is made
};

// Asks for what is missing where `env.terminal` says that somebody is there. exit_usage for answers
// that are missing or make no configuration, exit_refused for a file that cannot be written.
int run_init(init_options options, const programs::command_env& env);

}  // namespace latchkey::init
