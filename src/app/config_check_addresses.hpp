// Whether the addresses of a configuration can be listened at together. Pure. Not for whether
// another program has one of them.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

namespace latchkey::app {

void check_addresses(const config& value, report& problems);

}  // namespace latchkey::app
