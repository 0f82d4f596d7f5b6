// The options of `latchkey-bench idp-faults` and `client-faults`. Not for parsing a command line:
// that is cli.
#pragma once

#include <string>
#include <vector>

namespace latchkey::bench {

struct idp_faults_options {
  std::vector<std::string> only;  // names of rows or of groups; empty: all
  bool quick = false;             // seconds in the place of minutes, the same requirements
  bool json = false;
  bool list = false;  // the names alone, nothing is run

  bool operator==(const idp_faults_options&) const = default;
};

}  // namespace latchkey::bench
