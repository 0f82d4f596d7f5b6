// What `latchkey-bench idp-faults` is asked to do. Not for reading a command line: that is cli.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace latchkey::bench {

struct idp_faults_options {
  std::vector<std::string> only;  // names of rows or of groups; empty: all
  bool quick = false;             // seconds in the place of minutes, the same requirements
  bool json = false;
  bool list = false;  // the names alone, nothing is run

  bool operator==(const idp_faults_options&) const = default;
};

namespace idp_faults {

// Whether `wanted` means the row: its whole name, or the group before its colon ("fault" means
// "fault:html").
bool means(std::string_view wanted, std::string_view row);

}  // namespace idp_faults
}  // namespace latchkey::bench
