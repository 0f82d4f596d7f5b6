// Carries out `latchkey-bench load`: resolves, mints, starts the workers and gives what they
// measured. Not for showing it, but for the line that tells how far it is.
#pragma once

#include "report/run_report.hpp"
#include "run/options.hpp"

#include <latchkey/core/time.hpp>

#include <functional>
#include <iosfwd>

namespace latchkey::bench::run {

struct surroundings {
  std::ostream& progress;  // where the live line goes
  bool terminal = false;   // it can be written over
  core::clock clock;
  std::function<bool()> interrupted;
};

// Throws std::runtime_error where the run cannot begin: a name that does not resolve, no tokens, a
// server that no connection can be made to. Throws stopped_before where it was interrupted before
// anything was sent.
report::run_report run_load(const options& asked, const surroundings& around);

}  // namespace latchkey::bench::run
