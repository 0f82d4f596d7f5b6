// The closed loop that measures all cases. Knows time and counts, not what is measured.
#pragma once

#include "common/interrupt.hpp"
#include "verify/options.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::bench {

// One kind of work. Used by one thread at a time.
struct benchmark_case {
  std::string name;
  // Does the work so many times over, each time with the next token, and tells how often the answer
  // was right. What is more than `step` is a multiple of it.
  std::function<std::size_t(std::size_t iterations)> run;
  // Whether the next token of those that are bad is refused. Not timed. Empty where the work is a
  // part of a check that alone refuses nothing.
  std::function<bool()> refuses_bad;
  std::size_t step = 1;
};

// An answer that should not have been: no figure is worth anything after it.
struct wrong_answer : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct pace {
  double seconds = 0.3;  // of each case in each round
  unsigned rounds = 7;
  time_kind time = time_kind::cpu;
};

// Told after each case of each round how many of all have been done.
using round_report = std::function<void(std::size_t done, std::size_t of)>;

// Tokens a second in each round, one row for each case. All rows are equally long: a round that
// was stopped is left out.
using rate_rows = std::vector<std::vector<double>>;

// Every round takes each case in turn, so that what disturbs the machine for a while disturbs all
// of them. A short round that is not counted comes first. Throws wrong_answer.
rate_rows measure_rounds(std::span<const benchmark_case> cases, const pace& wanted,
                         const stop_request& stop, const round_report& on_progress);

// One kind of work on several threads at once, each with a case of its own, which start together.
struct parallel_case {
  std::vector<benchmark_case> members;
};
struct parallel_rows {
  rate_rows rates;  // of all members together
  rate_rows busy;   // the share of the time that they had a core for themselves: 1 is all of it
};
// By the clock on the wall whatever `wanted.time` is.
parallel_rows measure_parallel(std::span<const parallel_case> cases, const pace& wanted,
                               const stop_request& stop, const round_report& on_progress);

}  // namespace latchkey::bench
