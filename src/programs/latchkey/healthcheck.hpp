// healthcheck: asks a running server whether it is ready, for containers and scripts.
#pragma once

#include "config_commands.hpp"

#include <chrono>
#include <string>

namespace latchkey::programs {

struct healthcheck_options {
  std::string url;        // empty: /readyz of the configuration's admin listener
  config_options config;  // asked only where `url` is empty
  std::chrono::milliseconds timeout{3000};
};

// Ready (200) is exit_ok, everything else that can be asked is exit_refused.
int healthcheck(const healthcheck_options& options, const command_env& env);

// The URL of /readyz at an admin listener; a wildcard address is asked on this machine.
std::string readiness_url(std::string_view listen);

}  // namespace latchkey::programs
