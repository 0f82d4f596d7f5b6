// What one fault came to: a line of the report. Not for how it was measured.
#pragma once

#include <string>

namespace latchkey::bench::idp_faults {

struct row {
  std::string name;
  std::string required;
  std::string measured;
  bool ok = false;
  // This machine does not allow it; `measured` says why. Neither holds nor fails.
  bool skipped = false;

  bool operator==(const row&) const = default;
};

}  // namespace latchkey::bench::idp_faults
