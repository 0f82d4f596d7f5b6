// The rows as text or JSON: pure functions. Not for progress.
#pragma once

#include "idp_faults/row.hpp"

#include <boost/json/object.hpp>

#include <span>
#include <string>

namespace latchkey::bench::idp_faults {

// A table, and a sentence that sums it up.
std::string text_of(std::span<const row> rows, bool stopped);
boost::json::object json_of(std::span<const row> rows, bool quick, bool stopped);

}  // namespace latchkey::bench::idp_faults
