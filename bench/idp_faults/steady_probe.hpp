// Sends requests at a constant rate during a fault and records the responses, for callers that it
// must not affect. Not for load.
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

  // At least one sample, all 200, none slower than `within`.
  bool all_well(core::steady_duration within) const;
};

// 50 requests a second over four connections for `length`, or until the environment is stopped.
// `made` lives until the task ends.
async::task<> probe(harness::test_env& env, load::target to, std::string request,
                    core::steady_duration length, probe_answers& made);

}  // namespace latchkey::bench::idp_faults
