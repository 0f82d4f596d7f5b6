// Asks at a steady pace beside a fault, and keeps what came: for those who must not notice it. Not
// for load.
#pragma once

#include "harness/test_env.hpp"
#include "load/histogram.hpp"
#include "load/sample.hpp"

#include <latchkey/core/time.hpp>

#include <string>
#include <vector>

namespace latchkey::bench::idp_faults {

struct probe_answers {
  std::vector<load::sample> samples;
  load::histogram latencies;

  // At least one, each 200, none later than that.
  bool all_well(core::steady_duration within) const;
};

// 50 requests a second over four connections for `length`, or until the environment is stopped.
// `made` lives until the task ends.
async::task<> probe(harness::test_env& env, load::target to, std::string request,
                    core::steady_duration length, probe_answers& made);

}  // namespace latchkey::bench::idp_faults
