// The rows as text or JSON: pure functions. Not for progress.
#pragma once

#include <boost/json/object.hpp>

#include <span>
#include <string>

namespace latchkey::bench::idp_faults {

// What one fault came to.
struct row {
  std::string name;
  std::string required;
  std::string measured;
  bool ok = false;
  // This machine does not allow it; `measured` says why. Neither holds nor fails.
  bool skipped = false;
  // Of another program, shown beside. Neither holds nor fails.
  bool beside = false;

  bool operator==(const row&) const = default;
};

// A table whose first column has that head, and a sentence that sums it up.
std::string text_of(std::span<const row> rows, bool stopped, const char* head = "fault");
boost::json::object json_of(std::span<const row> rows, bool quick, bool stopped);

}  // namespace latchkey::bench::idp_faults
