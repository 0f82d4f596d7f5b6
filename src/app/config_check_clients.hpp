// What the keys about clients' certificates say together. Not for the files they name:
// loaded_files.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_clients(const config& value, report& problems);

}  // namespace latchkey::app
