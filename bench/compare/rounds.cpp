#include "compare/rounds.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace latchkey::bench::compare {
namespace {

constexpr std::uint64_t answers_for_one_error = 1000;

async::task<measured_run> sound_run(const run_load& run, contender who, load_shape shape) {
  auto made = co_await run(who, shape);
  if (const auto fault = fault_of(made.load); !fault.empty()) {
    throw std::runtime_error{fmt::format("{}: {}", name_of(who), fault)};
  }
  co_return made;
}

// Seconds of the server's processor for one answer.
double cpu_of_one(const measured_run& one) {
  const auto answered = static_cast<double>(one.load.answered);
  return answered > 0 ? one.cpu_seconds / answered : 0;
}

void add(paced_runs& runs, const load_figures& one) {
  runs.p50.push_back(one.p50);
  runs.p99.push_back(one.p99);
  runs.dropped += one.dropped;
}

std::string step(const workload_figures& workload, contender who, unsigned round,
                 const compare_options& asked, const char* what) {
  return fmt::format("{}: {}, round {} of {}, {}", name_of(workload.name), what, round + 1,
                     asked.rounds, name_of(who));
}

}  // namespace

std::string fault_of(const load_figures& load) {
  if (load.wrong > 0) {
    return fmt::format("{} of {} answers were not as they should be", load.wrong, load.answered);
  }
  if (load.answered == 0) return "no request was answered";
  if (load.errors * answers_for_one_error > load.answered) {
    return fmt::format("{} requests failed, {} were answered", load.errors, load.answered);
  }
  return {};
}

void add(closed_runs& runs, const measured_run& one) {
  runs.throughput.push_back(one.load.throughput());
  runs.cpu.push_back(cpu_of_one(one));
  runs.resident.push_back(static_cast<double>(one.resident_bytes));
  runs.bottleneck = runs.bottleneck || one.load.bottleneck;
}

async::task<> measure_closed(std::vector<contender> all, compare_options asked, run_load run,
                             progress_fn on_progress, workload_figures& into) {
  const load_shape warmup{warmup_seconds, asked.connections, std::nullopt};
  for (const auto who : all) co_await sound_run(run, who, warmup);
  const load_shape shape{asked.seconds, asked.connections, std::nullopt};
  for (unsigned round = 0; round < asked.rounds; ++round) {
    for (const auto who : all) {
      on_progress(step(into, who, round, asked, "closed loop"));
      const auto one = co_await sound_run(run, who, shape);
      add(into.closed[who], one);
    }
  }
}

async::task<> measure_paced(std::vector<contender> all, compare_options asked, run_load run,
                            progress_fn on_progress, workload_figures& into) {
  for (const auto who : all) {
    if (who == contender::latchkey) continue;
    auto& pair = into.paced[who];
    pair.rate =
        shared_rate(into.closed[contender::latchkey].throughput, into.closed[who].throughput);
  }
  for (unsigned round = 0; round < asked.rounds; ++round) {
    for (auto& [who, pair] : into.paced) {
      on_progress(step(into, who, round, asked, "open loop"));
      const load_shape shape{asked.seconds, asked.connections, pair.rate};
      const auto own = co_await sound_run(run, contender::latchkey, shape);
      const auto other = co_await sound_run(run, who, shape);
      add(pair.latchkey, own.load);
      add(pair.other, other.load);
    }
  }
}

async::task<> measure_handshakes(std::vector<contender> all, compare_options asked, run_load run,
                                 progress_fn on_progress, handshake_figures& into) {
  const load_shape whole{asked.seconds, asked.connections, std::nullopt, false, false};
  const load_shape resumed{asked.seconds, asked.connections, std::nullopt, false, true};
  for (unsigned round = 0; round < asked.rounds; ++round) {
    for (const auto who : all) {
      on_progress(
          fmt::format("handshakes: round {} of {}, {}", round + 1, asked.rounds, name_of(who)));
      const auto one = co_await sound_run(run, who, whole);
      into.whole[who].push_back(one.load.throughput());
      into.whole_cpu[who].push_back(cpu_of_one(one));
      const auto again = co_await sound_run(run, who, resumed);
      if (again.load.resumed * 10 < again.load.answered * 9) continue;
      into.resumed[who].push_back(again.load.throughput());
      into.resumed_cpu[who].push_back(cpu_of_one(again));
    }
  }
}

}  // namespace latchkey::bench::compare
