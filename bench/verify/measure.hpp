// The closed loop that every figure comes from: it knows time and answers, not what is measured.
#pragma once

#include "verify/options.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace latchkey::bench {

// One kind of work. Used by one thread at a time.
struct stage {
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
  double seconds = 0.3;  // of each stage in each round
  unsigned rounds = 7;
  time_kind time = time_kind::cpu;
};

// Asked between two pieces of work of some milliseconds: whether to end.
using stop_request = std::function<bool()>;
// Told after each stage of each round how many of all have been done.
using round_report = std::function<void(std::size_t done, std::size_t of)>;

// Tokens a second in each round, one row for each stage. All rows are equally long: a round that
// was stopped is left out.
using rate_rows = std::vector<std::vector<double>>;

// Every round takes each stage in turn, so that what disturbs the machine for a while disturbs all
// of them. A short round that is not counted comes first. Throws wrong_answer.
rate_rows measure_rounds(std::span<const stage> stages, const pace& wanted,
                         const stop_request& stop, const round_report& told);

// One stage on several threads at once, each with a stage of its own, which start together.
struct crew {
  std::vector<stage> members;
};
struct crew_rows {
  rate_rows rates;  // of all members together
  rate_rows busy;   // the share of the time that they had a core for themselves: 1 is all of it
};
// By the clock on the wall whatever `wanted.time` is.
crew_rows measure_crews(std::span<const crew> crews, const pace& wanted, const stop_request& stop,
                        const round_report& told);

}  // namespace latchkey::bench
