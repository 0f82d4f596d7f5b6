// Runs `latchkey-bench load`: resolves names, mints tokens, starts the workers and returns what
// they measured. Shows its progress only; the reports are in report/.
#pragma once

#include "common/command_env.hpp"
#include "report/run_report.hpp"
#include "run/options.hpp"

namespace latchkey::bench::run {

// Throws std::runtime_error where the run cannot begin: a name that does not resolve, no tokens, a
// server that no connection can be made to. Throws stopped_before where it was interrupted before
// anything was sent.
report::run_report run_load(const load_options& asked, const command_env& env);

}  // namespace latchkey::bench::run
