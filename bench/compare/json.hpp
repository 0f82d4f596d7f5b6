// A comparison as JSON, with the figures of every round. Not for terminals.
#pragma once

#include "compare/figures.hpp"

#include <boost/json/object.hpp>

namespace latchkey::bench::compare {

// Durations in seconds, memory in bytes.
boost::json::object json_of(const comparison& made);

}  // namespace latchkey::bench::compare
