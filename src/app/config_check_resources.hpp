// What the resources of a configuration say together with its routes and issuers. Not for the rules
// that each key has by itself.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_resources(const config& value, report& problems);

// What is odd about them, though nothing is wrong; a part of foresee_routes.
diagnostics foresee_resources(const config& checked, const std::filesystem::path& file);

}  // namespace latchkey::app
