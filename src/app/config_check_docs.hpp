// What the keys of [docs] say together, and with the routes. Not for the rules of single keys.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_docs(const config& value, report& problems);

}  // namespace latchkey::app
