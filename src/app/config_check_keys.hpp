// What the settings of one issuer say together of its keys: where they come from, on which way, and
// how they are kept. Not for the rules its tokens are held to.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

#include <string>

namespace latchkey::app {

// `table`: "issuer.0".
void check_keys(const issuer_config& issuer, const std::string& table, report& problems);

}  // namespace latchkey::app
