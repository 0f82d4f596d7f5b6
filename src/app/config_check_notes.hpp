// What routes of notes need of the rest of a configuration. Not for the rules that each key has by
// itself.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_notes(const config& value, report& problems);

}  // namespace latchkey::app
