// What the routes of a configuration say together: which paths and methods they take. Not for what
// answers them: config_check_edge.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_routes(const config& value, report& problems);

}  // namespace latchkey::app
