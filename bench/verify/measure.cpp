#include "verify/measure.hpp"

#include <algorithm>
#include <future>
#include <time.h>

namespace latchkey::bench {
namespace {

// Long enough that reading the clock costs nothing beside it, short enough to be stopped in.
constexpr double piece_seconds = 0.002;
constexpr double warm_up_seconds = 0.05;

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Of this thread since some moment.
struct times {
  double cpu = 0;
  double wall = 0;

  static times now() { return {seconds_of(CLOCK_THREAD_CPUTIME_ID), seconds_of(CLOCK_MONOTONIC)}; }
  double of(time_kind kind) const { return kind == time_kind::cpu ? cpu : wall; }
};

struct timing {
  std::size_t tokens = 0;
  times spent;

  double per_second(time_kind kind) const {
    return spent.of(kind) > 0 ? static_cast<double>(tokens) / spent.of(kind) : 0;
  }
};

// What was measured so far where it is stopped.
timing measure(const benchmark_case& one, double seconds, time_kind kind,
               const stop_request& stop) {
  std::size_t iterations = one.step;
  timing sum;
  while (sum.spent.of(kind) < seconds && !stop()) {
    const auto before = times::now();
    const auto right = one.run(iterations);
    const auto after = times::now();
    if (right != iterations) {
      throw wrong_answer{one.name + " gave a wrong answer: a valid token was refused"};
    }
    const times took{after.cpu - before.cpu, after.wall - before.wall};
    sum.spent.cpu += took.cpu;
    sum.spent.wall += took.wall;
    sum.tokens += iterations;
    if (took.of(kind) < piece_seconds) iterations *= 2;
  }
  if (one.refuses_bad && !one.refuses_bad()) {
    throw wrong_answer{one.name + " gave a wrong answer: a bad token was accepted"};
  }
  return sum;
}

struct parallel_rate {
  double per_second = 0;
  double busy = 0;
};

parallel_rate measure(const parallel_case& one, double seconds, const stop_request& stop) {
  // Declared first and so destroyed last: a future waits for its thread, and the thread ends when
  // the start it waits for is given or will never be.
  std::vector<std::future<timing>> members;
  members.reserve(one.members.size());
  std::promise<void> start;
  const std::shared_future<void> started = start.get_future().share();
  for (const auto& member : one.members) {
    members.push_back(std::async(std::launch::async, [&member, &stop, started, seconds] {
      started.get();
      return measure(member, seconds, time_kind::wall, stop);
    }));
  }
  start.set_value();
  parallel_rate sum;
  times spent;
  for (auto& member : members) {
    const auto measured = member.get();
    sum.per_second += measured.per_second(time_kind::wall);
    spent.cpu += measured.spent.cpu;
    spent.wall += measured.spent.wall;
  }
  sum.busy = spent.wall > 0 ? spent.cpu / spent.wall : 0;
  return sum;
}

// `measure_one(index, seconds)` measures one of `count` things, `keep(index, measured)` is given it
// when its round is over.
template <class MeasureOne, class Keep>
void rounds_of(std::size_t count, const pace& wanted, const stop_request& stop,
               const round_report& on_progress, const MeasureOne& measure_one, const Keep& keep) {
  const auto warm_up = std::min(warm_up_seconds, wanted.seconds);
  for (std::size_t i = 0; i < count && !stop(); ++i) measure_one(i, warm_up);
  for (unsigned round = 0; round < wanted.rounds; ++round) {
    std::vector<decltype(measure_one(0, 0.0))> measured;
    for (std::size_t i = 0; i < count; ++i) {
      measured.push_back(measure_one(i, wanted.seconds));
      if (stop()) return;
      on_progress(round * count + i + 1, wanted.rounds * count);
    }
    for (std::size_t i = 0; i < count; ++i) keep(i, measured[i]);
  }
}

}  // namespace

rate_rows measure_rounds(std::span<const benchmark_case> cases, const pace& wanted,
                         const stop_request& stop, const round_report& on_progress) {
  rate_rows rows(cases.size());
  const auto measure_one = [&](std::size_t index, double seconds) {
    return measure(cases[index], seconds, wanted.time, stop).per_second(wanted.time);
  };
  const auto keep = [&rows](std::size_t index, double rate) { rows[index].push_back(rate); };
  rounds_of(cases.size(), wanted, stop, on_progress, measure_one, keep);
  return rows;
}

parallel_rows measure_parallel(std::span<const parallel_case> cases, const pace& wanted,
                               const stop_request& stop, const round_report& on_progress) {
  parallel_rows rows{rate_rows(cases.size()), rate_rows(cases.size())};
  const auto measure_one = [&](std::size_t index, double seconds) {
    return measure(cases[index], seconds, stop);
  };
  const auto keep = [&rows](std::size_t index, const parallel_rate& measured) {
    rows.rates[index].push_back(measured.per_second);
    rows.busy[index].push_back(measured.busy);
  };
  rounds_of(cases.size(), wanted, stop, on_progress, measure_one, keep);
  return rows;
}

}  // namespace latchkey::bench
