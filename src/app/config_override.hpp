// Puts values from the environment and the command line into the table read from the file, before
// it is read as a configuration. Not for judging the values: they carry their origin with them.
#pragma once

#include "config_report.hpp"

#include <toml++/toml.h>

namespace latchkey::app {

// Environment first, then flags, so that a flag wins.
void apply_overrides(toml::table& into, const config_source& source, report& problems);

}  // namespace latchkey::app
