// serve, check-config and print-config: what begins with loading a configuration.
#pragma once

#include "run.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace latchkey::programs {

// --config and --set, as several commands have them.
struct config_options {
  std::filesystem::path file;
  std::vector<std::string> flags;
};

// Nothing where the configuration is refused; then every reason is on `around.err`.
std::optional<app::config> load(const config_options& options, const surroundings& around);

int serve_command(const config_options& options, const surroundings& around);
int check_config(const config_options& options, const surroundings& around);
int print_config(const config_options& options, const surroundings& around);

}  // namespace latchkey::programs
