// What the OpenAPI document says of routes whose handlers keep notes: what they take, what they
// answer, and the schemas of both. Not for other routes: openapi.
#pragma once

#include <latchkey/app/config.hpp>

#include <boost/json/object.hpp>

#include <span>

namespace latchkey::app {

// Adds to an operation that has what all have. Leaves one of another handler as it is.
void describe_notes(const route_config& route, boost::json::object& operation);

// Adds the schemas that describe_notes refers to; none where no route needs them.
void add_note_schemas(std::span<const route_config> routes, boost::json::object& schemas);

}  // namespace latchkey::app
