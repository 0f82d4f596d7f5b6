// serve, check-config and print-config: what begins with loading a configuration; and what can be
// said of configurations without one.
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

// Nothing where the configuration is refused; then every reason is on `env.err`.
std::optional<app::config> load(const config_options& options, const command_env& env,
                                const core::stop_check& stopped = {});

int serve_command(const config_options& options, const command_env& env);
int check_config(const config_options& options, const command_env& env);
int print_config(const config_options& options, const command_env& env);

int print_config_schema(const command_env& env);
// The generated tables of the documentation, between their marks.
int print_reference(const command_env& env);

}  // namespace latchkey::programs
