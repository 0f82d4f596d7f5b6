// What another proxy would be told that asks about a request: a part of route_explanation. Not for
// answering checks.
#pragma once

#include <latchkey/app/route_explanation.hpp>
#include <latchkey/http/request.hpp>

#include <optional>
#include <string>

namespace latchkey::app {

// Claims that say what they stand for, as JSON; their form is made plain.
std::string stand_in_claims(edge::header_settings& headers);

// `asked`: method, target and fields of the request. `claims`: of its token, a JSON object, or
// texts that stand for them.
check_told explain_check(const config& checked, const http::request_head& asked,
                         const std::optional<std::string>& claims);

}  // namespace latchkey::app
