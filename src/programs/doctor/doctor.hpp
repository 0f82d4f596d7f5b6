// doctor: tries all that a configuration needs, and says for each what was found and what to do.
// Not for a server that runs: healthcheck and /status tell of that.
#pragma once

#include "latchkey/config_commands.hpp"

#include <chrono>
#include <string>

namespace latchkey::doctor {

struct doctor_options {
  programs::config_options config;
  std::chrono::milliseconds patience{5000};  // for what is asked of the network
  bool json = false;
  std::string token;  // a file, or "-" for standard input; empty: none
};

// exit_ok without faults, exit_refused with one, exit_usage for a token that cannot be read.
int run_doctor(const doctor_options& options, const programs::command_env& env);

}  // namespace latchkey::doctor
