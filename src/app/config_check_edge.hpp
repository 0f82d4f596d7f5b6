// What the settings of upstreams, and of the routes that lead to them, say together. Not for how
// routes relate to each other: config_check_routes.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_upstreams(const config& value, report& problems);

// What answers each route, and how it is forwarded.
void check_forwarding(const config& value, report& problems);

}  // namespace latchkey::app
