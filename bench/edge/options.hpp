// The options of `latchkey-bench edge`. Not for parsing a command line: that is cli.
#pragma once

#include "idp_faults/options.hpp"

#include <string>

namespace latchkey::bench {

struct edge_options {
  idp_faults_options rows;
  // Of requests, one a line: NAME, a tab, bytes with \r, \n, \t, \\, \xHH and @REP(c,n). Empty: the
  // row that needs them is skipped.
  std::string attacks;

  bool operator==(const edge_options&) const = default;
};

}  // namespace latchkey::bench
