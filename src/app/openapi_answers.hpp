// What a route can answer, as the OpenAPI document says it: each status with its schema, its fields
// and examples. The examples are made by what answers, so that the two cannot disagree. Not for the
// rest of an operation: openapi.
#pragma once

#include <latchkey/app/config.hpp>

#include <boost/json/object.hpp>

namespace latchkey::app {

// The responses object of one operation. `insufficient_scope_status` (401 or 403): of a token
// without the scopes. Refusals refer to the schema Problem of the document's components.
boost::json::object openapi_answers(const route_config& route, http::verb method,
                                    unsigned insufficient_scope_status);

// That schema.
boost::json::object problem_schema();

}  // namespace latchkey::app
