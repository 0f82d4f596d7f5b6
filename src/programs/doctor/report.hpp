// Findings as a table for people, or as JSON for programs. Pure. Not for judging them.
#pragma once

#include "finding.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <string>

namespace latchkey::doctor {

struct totals {
  std::size_t ok = 0;
  std::size_t warnings = 0;
  std::size_t faults = 0;
};
totals count(const findings& all);

// "ok", "warning", "fault". Static storage.
std::string_view name_of(grade state);

// One line each, in columns, with what is to be done on a line of its own below; then how many
// there are of each grade. What could control a terminal is escaped.
std::string table_text(const findings& all);

// {"ok": 3, "warnings": 0, "faults": 1, "findings": [{"state", "check", "subject", "found",
// "advice"}, ...]}
boost::json::object report_json(const findings& all);

}  // namespace latchkey::doctor
