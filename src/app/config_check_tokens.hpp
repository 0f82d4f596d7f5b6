// What the rules for the tokens of one issuer say together. Not for its keys: config_check_keys.
#pragma once

#include "config_report.hpp"

#include <latchkey/app/config.hpp>

#include <string>
#include <vector>

namespace latchkey::app {

// `table` is the path of the issuer: "issuer.0".
void check_tokens(const issuer_config& issuer, const std::string& table, report& problems);

// What the places of all issuers say together: a request is looked through for each of them.
void check_places_together(const std::vector<issuer_config>& issuers, report& problems);

}  // namespace latchkey::app
