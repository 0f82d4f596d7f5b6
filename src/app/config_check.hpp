// What values of a configuration say together: contradictions no single key shows. Not for the
// rules of single keys.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

// Adds to `problems`, where the keys' positions are known. Values that were refused are at their
// defaults and are not judged again.
void check_together(const config& value, report& problems);

}  // namespace latchkey::app
