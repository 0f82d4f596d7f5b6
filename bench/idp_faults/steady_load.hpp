// Requests at a constant rate while a fault is shown or a client misbehaves, with the responses
// recorded. Not for judging them, nor for the load of `latchkey-bench load`.
#pragma once

#include "harness/test_env.hpp"
#include "load/histogram.hpp"
#include "load/open_loop.hpp"
#include "load/sample.hpp"

#include <latchkey/core/time.hpp>

#include <functional>
#include <string>
#include <vector>

namespace latchkey::bench::idp_faults {

struct load_record {
  std::vector<load::sample> samples;  // in the order of the responses
  load::histogram latencies;

  void add(const load::sample& one);
  // The 99th percentile; 0 of none.
  core::steady_duration tail() const { return latencies.quantile(0.99); }
  // At least one sample, all 200, none slower than `within`.
  bool all_well(core::steady_duration within) const;
};

// load::open_loop within a test: ends as soon as `env` is stopped, and throws harness::stopped
// then. `options.stop` is set here. What `next` and `done` refer to must live until the task ends.
async::task<> send_steadily(harness::test_env& env, load::target to,
                            load::open_loop_options options, std::function<load::request()> next,
                            std::function<void(const load::sample&)> done);

// The same with `requests` in turn (not empty), and a record of all.
async::task<> send_steadily(harness::test_env& env, load::target to,
                            load::open_loop_options options,
                            const std::vector<std::string>& requests, load_record& made);

// For those whom a fault must not affect: one request 50 times a second over four connections.
async::task<> probe(harness::test_env& env, load::target to, std::string request,
                    core::steady_duration length, load_record& made);

}  // namespace latchkey::bench::idp_faults
