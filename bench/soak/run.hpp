// One soak: starts the programs, runs all lanes of the schedule beside the load, and measures at
// the end. Not for what the lanes do, nor for how the outcome is shown.
#pragma once

#include "harness/test_env.hpp"
#include "soak/options.hpp"
#include "soak/report.hpp"
#include "soak/schedule.hpp"

#include <functional>
#include <string>
#include <vector>

namespace latchkey::bench::soak {

// `made.seed` and `made.planned` are set; what came of the run is put into the rest of it, also
// where it was stopped, so far as it came. `say` is told a line of progress a minute. What is
// referred to must live until the task ends. Throws std::runtime_error where a program does not
// start.
async::task<> run(harness::test_env& env, const soak_options& options,
                  const std::vector<event>& schedule,
                  const std::function<void(const std::string&)>& say, outcome& made);

}  // namespace latchkey::bench::soak
