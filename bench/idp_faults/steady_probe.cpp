#include "idp_faults/steady_probe.hpp"

#include "idp_faults/judge.hpp"
#include "load/open_loop.hpp"

#include <functional>
#include <utility>

namespace latchkey::bench::idp_faults {

bool probe_answers::all_well(core::steady_duration within) const {
  return !samples.empty() && count_of(samples, 200) == samples.size() && latencies.max() <= within;
}

async::task<> probe(harness::test_env& env, load::target to, std::string request,
                    core::steady_duration length, probe_answers& made) {
  load::open_loop_options options;
  options.per_second = 50;
  options.length = length;
  options.connections = 4;
  options.stop = [&env] { return env.stopping(); };
  std::function<load::request()> next = [&request] { return load::request{request, 0}; };
  std::function<void(const load::sample&)> done = [&made](const load::sample& one) {
    made.samples.push_back(one);
    made.latencies.add(one.latency());
  };
  co_await load::open_loop(env.waits(), std::move(to), options, std::move(next), std::move(done));
}

}  // namespace latchkey::bench::idp_faults
