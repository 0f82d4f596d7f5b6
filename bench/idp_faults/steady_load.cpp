#include "idp_faults/steady_load.hpp"

#include "idp_faults/judge.hpp"

#include <utility>

namespace latchkey::bench::idp_faults {

void load_record::add(const load::sample& one) {
  samples.push_back(one);
  latencies.add(one.latency());
}

bool load_record::all_well(core::steady_duration within) const {
  return !samples.empty() && count_of(samples, 200) == samples.size() && latencies.max() <= within;
}

async::task<> send_steadily(harness::test_env& env, load::target to,
                            load::open_loop_options options, std::function<load::request()> next,
                            std::function<void(const load::sample&)> done) {
  options.stop = [&env] { return env.stopping(); };
  co_await load::open_loop(env.waits(), std::move(to), std::move(options), std::move(next),
                           std::move(done));
  env.check();
}

async::task<> send_steadily(harness::test_env& env, load::target to,
                            load::open_loop_options options,
                            const std::vector<std::string>& requests, load_record& made) {
  std::size_t sent = 0;
  std::function<load::request()> next = [&requests, &sent] {
    return load::request{requests[sent++ % requests.size()], 0};
  };
  std::function<void(const load::sample&)> done = [&made](const load::sample& one) {
    made.add(one);
  };
  co_await send_steadily(env, std::move(to), std::move(options), std::move(next), std::move(done));
}

async::task<> probe(harness::test_env& env, load::target to, std::string request,
                    core::steady_duration length, load_record& made) {
  load::open_loop_options options;
  options.per_second = 50;
  options.length = length;
  options.connections = 4;
  const std::vector<std::string> requests{std::move(request)};
  co_await send_steadily(env, std::move(to), std::move(options), requests, made);
}

}  // namespace latchkey::bench::idp_faults
