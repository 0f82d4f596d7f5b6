// What the keys of [trace] say together. Not for the rules that each has by itself.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_trace(const trace_config& trace, report& problems);

}  // namespace latchkey::app
