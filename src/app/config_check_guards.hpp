// What the keys by which routes are guarded say together: CORS, limits,
// fields of answers. Not for routes among each other:
// config_check_routes.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_guards(const config& value, report& problems);

}  // namespace latchkey::app
