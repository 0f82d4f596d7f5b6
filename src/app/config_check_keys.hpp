// What the settings of one issuer say together of its keys: where they come from, on which way, and
// how they are kept. Not for the rules its tokens are held to.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

#include <string>
#include <vector>

namespace latchkey::app {

// `table`: "issuer.0".
void check_keys(const issuer_config& issuer, const std::string& table, report& problems);

// Fields that are sent along: one value each, and no name twice. `table`: of which they are the
// tables `header`.
void check_headers(const std::vector<header_config>& headers, const std::string& table,
                   report& problems);

}  // namespace latchkey::app
