// The command `latchkey-bench verify`: prepares, measures part by part, reports.
#pragma once

#include "verify/measure.hpp"
#include "verify/options.hpp"

#include <latchkey/core/time.hpp>

#include <iosfwd>

namespace latchkey::bench {

struct verify_surroundings {
  std::ostream& out;     // the report
  std::ostream& err;     // progress and complaints
  bool watched = false;  // a person reads `err`
  core::wall_time now;
  stop_request stop;
};

// The options are such that problem_of finds nothing wrong. Reports what it has when it is stopped,
// and tells by the result: false. Throws wrong_answer, and std::runtime_error where it cannot make
// what it needs.
bool verify(const verify_options& options, const verify_surroundings& around);

}  // namespace latchkey::bench
