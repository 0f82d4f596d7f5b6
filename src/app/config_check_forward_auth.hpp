// What the settings of other proxies' checks say together, and with the routes. Not for routes
// among themselves: config_check_routes.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_forward_auth(const config& value, report& problems);

}  // namespace latchkey::app
