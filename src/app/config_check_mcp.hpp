// What the keys of [route.mcp] say together with those of their route. Not for what each says by
// itself: config_describe.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_mcp(const config& value, report& problems);

}  // namespace latchkey::app
