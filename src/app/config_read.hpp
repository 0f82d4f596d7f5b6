// Reads a TOML table into a configuration as it is described, and reports every key that is
// unknown, missing or not what its rule asks for. Not for what several keys say together.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

#include <toml++/toml.h>

#include <filesystem>

namespace latchkey::app {

// Paths in the table are relative to `folder`.
config read_table(const toml::table& from, const std::filesystem::path& folder, report& problems);

// "string \"abc\"", "integer 5", "table": what a message says was found.
std::string shown_node(const toml::node& node);

}  // namespace latchkey::app
